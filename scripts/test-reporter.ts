/** A reporter for node --test: one line a test file, each failure in full, and the runner's own closing lines. */
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

type TestResult = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>['data'];

/** The source of a compiled test file. */
function sourceOf(file: string): string {
  return relative(process.cwd(), file).replace(/^build\/(.*)\.js$/, '$1.ts');
}

function failureText(data: Extract<TestEvent, { type: 'test:fail' }>['data']): string {
  const { error } = data.details;
  // A parent that fails only because a child fails adds nothing.
  if ('failureType' in error && error.failureType === 'subtestsFailed') return '';
  const cause = inspect(error.cause ?? error).replace(/^/gm, '    ');
  return `not ok  ${sourceOf(data.file ?? '')}: ${data.name}\n${cause}\n`;
}

function isSkipped({ skip }: TestResult): boolean {
  return skip !== undefined && skip !== false;
}

class FileSummary {
  readonly name: string;
  private passed = 0;
  private failed = 0;
  private skipped = 0;
  private milliseconds = 0;

  constructor(name: string) {
    this.name = name;
  }

  add(data: TestResult, passed: boolean): void {
    if (data.nesting === 0) this.milliseconds += data.details.duration_ms;
    if (data.details.type === 'suite') return;
    if (isSkipped(data) || data.todo !== undefined) this.skipped++;
    else if (passed) this.passed++;
    else this.failed++;
  }

  line(): string {
    const counts = [`${this.passed} passed`];
    if (this.failed > 0) counts.push(`${this.failed} failed`);
    if (this.skipped > 0) counts.push(`${this.skipped} skipped`);
    const result = this.failed > 0 ? 'not ok' : 'ok    ';
    return `${result}  ${sourceOf(this.name)}: ${counts.join(', ')} (${Math.round(this.milliseconds)} ms)\n`;
  }
}

/** The lines for a finished test, besides that of its file. */
function* resultLines(event: TestEvent & { type: 'test:pass' | 'test:fail' }): Generator<string> {
  const { data } = event;
  if (event.type === 'test:fail') yield failureText(event.data);
  if (!isSkipped(data) || data.details.type === 'suite') return;
  const reason = typeof data.skip === 'string' && data.skip !== '' ? ` (${data.skip})` : '';
  yield `skipped ${sourceOf(data.file ?? '')}: ${data.name}${reason}\n`;
}

/** Sums up test after test; the summary of a file ends with the next file. */
class Report {
  private current: FileSummary | undefined;

  *lines(event: TestEvent): Generator<string> {
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const file = event.data.file ?? event.data.name;
      if (this.current?.name !== file) yield* this.endFile();
      this.current ??= new FileSummary(file);
      this.current.add(event.data, event.type === 'test:pass');
      yield* resultLines(event);
    } else if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      yield event.data.message;
    } else if (event.type === 'test:diagnostic' && event.data.nesting === 0) {
      yield* this.endFile();
      yield `# ${event.data.message}\n`;
    }
  }

  private *endFile(): Generator<string> {
    if (this.current !== undefined) yield this.current.line();
    this.current = undefined;
  }
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const lines = new Report();
  for await (const event of events) yield* lines.lines(event);
}
