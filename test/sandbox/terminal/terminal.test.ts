import { type Output, capabilities, duration, openTerminal } from '../../../sandbox/terminal/terminal';

const cases: Record<string, { isTTY: boolean; env: NodeJS.ProcessEnv; want: [interactive: boolean, colour: boolean] }> =
  {
    'a terminal': { isTTY: true, env: { TERM: 'xterm' }, want: [true, true] },
    'a terminal without colours (no-color.org)': { isTTY: true, env: { NO_COLOR: '1' }, want: [true, false] },
    'an empty NO_COLOR, which means nothing': { isTTY: true, env: { NO_COLOR: '' }, want: [true, true] },
    'a terminal that cannot go back': { isTTY: true, env: { TERM: 'dumb' }, want: [false, false] },
    'a CI system with a terminal': { isTTY: true, env: { CI: 'true' }, want: [false, false] },
    'a file or a pipe': { isTTY: false, env: { TERM: 'xterm' }, want: [false, false] },
  };

test.each(Object.entries(cases))('%s', (_, { isTTY, env, want: [interactive, colour] }) => {
  expect(capabilities({ isTTY, write: () => true }, env)).toEqual({ interactive, colour });
});

function recorder(isTTY: boolean): { output: Output; written: string[] } {
  const written: string[] = [];
  return { written, output: { isTTY, columns: 10, write: (text) => written.push(text) } };
}

test('plain lines elsewhere, and no changing line', () => {
  const { output, written } = recorder(false);
  const terminal = openTerminal(output, {});
  terminal.status('working');
  terminal.line(terminal.style.ok('done'));
  expect(written).toEqual(['done\n']);
});

test('a changing line is cut to the width and stays below the lines', () => {
  const { output, written } = recorder(true);
  const terminal = openTerminal(output, {});
  terminal.status('0123456789abc');
  terminal.line('done');
  terminal.status(undefined);
  expect(written).toEqual(['\r\x1b[K012345678', '\r\x1b[Kdone\n012345678', '\r\x1b[K']);
});

test.each([
  [0, '0.0s'],
  [4249, '4.2s'],
  [59_999, '1m00s'],
  [185_000, '3m05s'],
  [3_599_999, '1h00m'],
  [7_500_000, '2h05m'],
])('duration of %d ms is %s', (milliseconds, want) => {
  expect(duration(milliseconds)).toBe(want);
});
