/** Whether a program's words, or an error's, say that a disk is full. */
export function saysDiskFull(text: string): boolean {
  // The number is Linux's for a quota, which Node has no words for.
  return /no space left on device|disk quota exceeded|system error -122\b/i.test(text);
}

/** An error's message, and what to do about it when a disk is full, unless it says so already. */
export function withDiskRemedy(message: string): string {
  if (!saysDiskFull(message) || /free some space/i.test(message)) return message;
  return `${message}\nThe disk is full: free some space and run it again; it goes on where it stopped.`;
}
