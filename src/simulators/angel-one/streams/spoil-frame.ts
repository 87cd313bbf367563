import type { Random } from '../../../simulation/random.ts';
import type { SpoilPlan } from './stream-faults.ts';

const MOST_ADDED_BYTES = 16;
const ASCII = 0x80;

/** A spoiled copy where the plan changes bytes, else the frame itself. Text stays text: what breaks is its meaning. */
export function spoilFrame(plan: SpoilPlan, frame: Buffer, isBinary: boolean, random: Random): Buffer {
  switch (plan.kind) {
    case 'corrupt':
      return flipByte(frame, plan.at ?? random.below(frame.length), isBinary, random);
    case 'truncate':
      return Buffer.from(frame.subarray(0, plan.at ?? random.below(frame.length)));
    case 'lengthen':
      return Buffer.concat([frame, addedBytes(isBinary, random)]);
    default:
      return frame;
  }
}

function flipByte(frame: Buffer, at: number, isBinary: boolean, random: Random): Buffer {
  const copy = Buffer.from(frame);
  const byte = copy[at];
  if (byte === undefined) return copy;
  if (isBinary) copy[at] = byte ^ (1 + random.below(255));
  else if (byte < ASCII) copy[at] = byte ^ 1;
  return copy;
}

function addedBytes(isBinary: boolean, random: Random): Buffer {
  const added = Buffer.alloc(1 + random.below(MOST_ADDED_BYTES), 'x');
  if (isBinary) for (let at = 0; at < added.length; at++) added[at] = random.below(256);
  return added;
}
