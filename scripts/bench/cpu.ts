// CPU and wall time of a program that runs to its end.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { skip } from './lab.js';

/** User CPU of ended children in seconds, which Node does not report: field 16 of proc_pid_stat(5), in 1/100 s. */
function childrenUser() {
  const [, fields] = readFileSync('/proc/self/stat', 'utf8').split(') ');
  return Number(fields.split(' ')[13]) / 100;
}

/** Runs a command with its output to /dev/null. Returns seconds of wall time and of user CPU. */
export function time(command: string[]) {
  const before = childrenUser();
  const started = performance.now();
  const { status, error, stderr } = spawnSync(command[0], command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error !== undefined || status !== 0) skip(`${command[0]} failed: ${error?.message ?? stderr}`);
  return { wall: (performance.now() - started) / 1000, user: childrenUser() - before };
}
