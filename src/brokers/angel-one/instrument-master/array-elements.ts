/**
 * The elements of one JSON array, each parsed by itself as soon as it is there: an array of any length takes the memory of
 * a few elements. A streaming parser for JSON in general makes objects of every token, which took four times as long.
 */

/** Of one element, in characters; a row of the list has some 250. */
const LONGEST_ELEMENT = 64 * 1024;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Throws a `SyntaxError` unless the pieces are one whole array and nothing else. */
export async function* arrayElements(pieces: AsyncIterable<string>): AsyncGenerator<unknown, void, void> {
  /** The text from the element's start on, and where in it the reading stands. */
  let text = '';
  let at = 0;
  let depth = 0;
  let isInText = false;
  let count = 0;
  let isEnded = false;
  for await (const piece of pieces) {
    text += piece;
    let start = 0;
    for (; at < text.length && !isEnded; at++) {
      const code = text.charCodeAt(at);
      if (isInText) {
        if (code === BACKSLASH) at += 1;
        else if (code === QUOTE) isInText = false;
      } else if (code === QUOTE) {
        isInText = true;
      } else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
        depth += 1;
        if (depth === 1) start = at + 1;
      } else if (depth === 1 && (code === COMMA || code === CLOSE_BRACKET)) {
        const element = text.slice(start, at);
        start = at + 1;
        isEnded = code === CLOSE_BRACKET;
        const isEmptyArray = isEnded && count === 0 && element.trim() === '';
        if (!isEmptyArray) yield JSON.parse(element);
        count += 1;
      } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
        depth -= 1;
      }
    }
    text = text.slice(start);
    at -= start;
    if (isEnded && text.trim() !== '') throw new SyntaxError('Unexpected text after the array');
    if (text.length > LONGEST_ELEMENT) throw new SyntaxError(`An element has over ${LONGEST_ELEMENT} characters`);
  }
  if (!isEnded) throw new SyntaxError('Unexpected end of the array');
}
