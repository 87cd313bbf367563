import { it } from 'vitest';
import { PATIENCE, survives } from '../support/survive-chaos.ts';

it('a worker that is killed among faults loses and doubles no order', PATIENCE, () => survives('3'));
