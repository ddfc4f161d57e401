/** A piece of a document that its readers run. */
export interface Block {
  readonly language: 'bash' | 'python';
  readonly code: string;
  /** Line of the document that the code begins in. */
  readonly line: number;
  /** What it prints, if the document says so; `…` stands for anything. */
  readonly output?: string;
}

const runnable = ['bash', 'python'] as const;

/**
 * The fenced blocks of a Markdown document that can be run, in their order. A `text` block that follows one, with
 * nothing but blank lines between, shows what it prints. Blocks in other languages are for reading.
 */
export function blocksOf(markdown: string): Block[] {
  const found: Block[] = [];
  // Line behind the runnable block that was found last.
  let end = 0;
  for (const match of markdown.matchAll(/^```(\w+)\n(.*?)^```$\n?/gms)) {
    const [whole, language, code = ''] = match;
    const line = markdown.slice(0, match.index).split('\n').length + 1;
    const last = found.at(-1);
    const follows = markdown.slice(end, match.index).trim() === '';
    if (language === 'text' && last !== undefined && follows) {
      found[found.length - 1] = { ...last, output: code.trimEnd() };
    }
    const known = runnable.find((one) => one === language);
    if (known === undefined) continue;
    found.push({ language: known, code, line });
    end = match.index + whole.length;
  }
  return found;
}

/** Whether a block printed what the document says. */
export function printsAsShown(output: string, shown: string): boolean {
  const pattern = shown
    .split('…')
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 's').test(output.trimEnd());
}
