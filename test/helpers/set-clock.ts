/**
 * Loaded before a program (node --import): its time of day is ahead by the milliseconds that stand in the file that
 * SET_CLOCK names, in every thread and child. So a test can set the clock of one program alone.
 */
import { readFileSync } from 'node:fs';

const file = process.env.SET_CLOCK ?? '';
const realNow = Date.now;

Date.now = () => realNow() + Number(readFileSync(file, 'latin1'));
