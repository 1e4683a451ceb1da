// A reporter for node --test: one line for each test file, whatever failed in full, and the runner's own
// closing lines.
import { relative } from 'node:path';
import { inspect } from 'node:util';

const shown = (file) => relative(process.cwd(), file).replace(/^build\/(.*)\.js$/, '$1.ts');

function failure(data) {
  const { error } = data.details;
  // A parent that failed only because of its children says nothing new.
  if (error.failureType === 'subtestsFailed') return '';
  return `not ok  ${shown(data.file ?? '')}: ${data.name}\n${inspect(error.cause ?? error).replace(/^/gm, '    ')}\n`;
}

class File {
  passed = 0;
  failed = 0;
  skipped = 0;
  ms = 0;

  constructor(name) {
    this.name = name;
  }

  add(data, passed) {
    if (data.nesting === 0) this.ms += data.details.duration_ms;
    if (data.details.type === 'suite') return;
    if (data.skip !== undefined || data.todo !== undefined) this.skipped++;
    else if (passed) this.passed++;
    else this.failed++;
  }

  line() {
    const counts = [`${this.passed} passed`];
    if (this.failed) counts.push(`${this.failed} failed`);
    if (this.skipped) counts.push(`${this.skipped} skipped`);
    return `${this.failed ? 'not ok' : 'ok    '}  ${shown(this.name)}: ${counts.join(', ')} (${Math.round(this.ms)} ms)\n`;
  }
}

export default async function* reporter(events) {
  let current;
  for await (const { type, data } of events) {
    if (type === 'test:pass' || type === 'test:fail') {
      if (current?.name !== data.file) {
        if (current) yield current.line();
        current = new File(data.file ?? data.name);
      }
      const passed = type === 'test:pass';
      current.add(data, passed);
      if (!passed) yield failure(data);
      if (data.skip !== undefined && data.details.type !== 'suite') {
        yield `skipped ${shown(data.file ?? '')}: ${data.name}${data.skip ? ` (${data.skip})` : ''}\n`;
      }
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message;
    } else if (type === 'test:diagnostic' && data.nesting === 0) {
      if (current) yield current.line();
      current = undefined;
      yield `# ${data.message}\n`;
    }
  }
}
