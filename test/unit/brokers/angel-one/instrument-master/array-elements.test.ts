import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayElements } from '../../../../../src/brokers/angel-one/instrument-master/array-elements.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function elementsOf(text: string, size = 3): Promise<unknown[]> {
  const elements: unknown[] = [];
  for await (const element of arrayElements(inPieces(text, size))) elements.push(element);
  return elements;
}

describe('the elements of an array', () => {
  it('are those of the text as a whole, however it comes in pieces', async () => {
    const indent = fc.constantFrom(undefined, 1, '\n\t');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        indent,
        fc.integer({ min: 1, max: 40 }),
        async (array, space, size) => {
          const text = JSON.stringify(array, null, space);
          expect(await elementsOf(`  ${text}\n`, size)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('keep brackets, commas and quotes that stand in texts', async () => {
    const array = ['],[', '\\', '\\"', '}{"', { '],"': '\\\\"' }];
    for (let size = 1; size < 9; size++) expect(await elementsOf(JSON.stringify(array), size)).toEqual(array);
  });

  it('are refused when the array is not whole or not alone, wherever it was cut', async () => {
    const text = JSON.stringify([{ a: '1,]' }, [2], 'three']);
    for (let end = 1; end < text.length; end++) {
      await expect(elementsOf(text.slice(0, end)), text.slice(0, end)).rejects.toThrow(SyntaxError);
    }
    for (const wrong of ['', '[1,]', '[,1]', '[1 2]', '[1]]', '[1] 2', '[{"a":1]', '["a]', '[01]', '{"a":1}']) {
      await expect(elementsOf(wrong), wrong).rejects.toThrow(SyntaxError);
    }
  });

  it('have a longest length, so that a text that is never closed can not fill the memory', async () => {
    await expect(elementsOf(`["${'x'.repeat(200_000)}`, 1_000)).rejects.toThrow('over 65536 characters');
  });
});
