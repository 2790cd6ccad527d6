const MAX_MESSAGE_CHARACTERS = 1000;

/** Text as a header can have it, its UTF-8 byte by byte: what somebody wrote as a reason ends no line. */
export function headerText(text: string): string {
  const plain = text
    .replaceAll(/\p{C}+/gu, ' ')
    .slice(0, MAX_MESSAGE_CHARACTERS)
    .toWellFormed();
  return Buffer.from(plain, 'utf8').toString('latin1');
}
