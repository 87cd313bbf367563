import { expect, it } from 'vitest';
import { gttAlert } from '../../../src/alerts/gtt-alert.ts';
import type { BrokerGttId } from '../../../src/core/ids.ts';
import type { GttUpdate } from '../../../src/ports/gtt-ledger.ts';
import { buildOco } from '../../support/build-gtt.ts';

const rule = buildOco();
const update = (changes: Partial<GttUpdate>): GttUpdate => ({
  ...{ clientGttId: rule.clientGttId, leg: rule.legs[0].name, status: 'ACTIVE', reason: null, time: 7 },
  ...changes,
});

it('tells the steps of a rule that a person waits for, and no others', () => {
  const told = (changes: Partial<GttUpdate>) => gttAlert(rule, update(changes));
  expect(told({ brokerGttId: '1' as BrokerGttId })).toMatchObject({ kind: 'gtt', topic: 'created', level: 'info' });
  const { quantity, triggerPrice, limitPrice } = rule.legs[0];
  expect(told({ sentTerms: { quantity, triggerPrice, limitPrice } })).toMatchObject({ topic: 'changed' });
  expect(told({ status: 'TRIGGERED' })?.text).toMatch(
    /^GTT triggered.*: (buy|sell) [\d,]+ \S+ at [\d,.]+ from [\d,.]+, good until /,
  );
  expect(told({ status: 'REJECTED', reason: 'no margin' })).toMatchObject({
    topic: 'failed',
    level: 'critical',
    text: expect.stringMatching(/: no margin$/),
  });
  expect(told({ status: 'UNKNOWN' })).toMatchObject({ topic: 'failed', level: 'warning' });
  expect(told({ status: 'CANCELLED' })).toMatchObject({ topic: 'ended', level: 'info' });
  expect(told({})).toBeUndefined();
  expect(told({ status: 'SUBMITTING' })).toBeUndefined();
});
