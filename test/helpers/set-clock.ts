/**
 * Sets the wall clock of a single program. Loaded before the program (node --import), in every thread and child:
 * Date.now() is ahead by the milliseconds in the file that SET_CLOCK names.
 */
import { readFileSync } from 'node:fs';

const file = process.env.SET_CLOCK ?? '';
const realNow = Date.now;

Date.now = () => realNow() + Number(readFileSync(file, 'latin1'));
