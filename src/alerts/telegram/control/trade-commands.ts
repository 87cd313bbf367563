/** Commands about one position or one order. They ask first, with what they would come to. */
import type { OpenPosition } from '../../../ports/account-views.ts';
import { formatOrder } from '../../format-alert.ts';
import { formatInstrument } from '../../format-values.ts';
import { isNamed } from '../../named-instrument.ts';
import { positionLine } from '../../views/book-views.ts';
import type { BotCommand } from './bot-command.ts';
import { misread } from './view-commands.ts';

const ENDED = new Set(['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED']);

export const TRADE_COMMANDS: readonly BotCommand[] = [
  {
    name: 'exit',
    role: 'operator',
    usage: '<instrument> [strategy]',
    summary: 'close one position, and cancel its stop and target',
    isSafety: false,
    async run(args, desk) {
      const { positions, problem } = positionsMeant(args, await desk.views.positions());
      const [position, ...others] = positions;
      if (position === undefined) return misread(problem);
      if (others.length > 0) {
        const owners = positions.map(({ strategyId }) => strategyId).join(', ');
        return misread(`several strategies hold it, name one behind it: ${owners}`);
      }
      const { strategyId, instrumentId } = position;
      const effect = [
        positionLine(position),
        'It is closed; its stop and target are cancelled, and so are entries of the strategy in it. New entries are not stopped.',
      ];
      return { kind: 'ask', effect, action: { command: 'squareoff', strategyId, instrumentId } };
    },
  },
  {
    name: 'cancel',
    role: 'operator',
    usage: '<order>',
    summary: 'cancel an entry that is working; the beginning of its id is enough',
    isSafety: false,
    async run(args, desk) {
      const [id = '', ...others] = args;
      if (!/^[0-9a-z]{3,16}$/.test(id) || others.length > 0) {
        return misread(`expected the first letters of an order's id, found "${args.join(' ')}"`);
      }
      const [order, ...more] = await desk.views.ordersLike(id, 2);
      if (order === undefined) return misread(`no order's id begins with "${id}"`);
      if (more.length > 0) return misread(`more than one order's id begins with "${id}": write more of it`);
      if (ENDED.has(order.status)) return misread(`that order has ended: ${formatOrder(order)}`);
      if (order.role !== 'ENTRY') return misread('that order gets a position closed: /exit closes it now');
      const { strategyId, clientOrderId } = order;
      const effect = [formatOrder(order), 'It is cancelled; what it has filled is kept and protected.'];
      return { kind: 'ask', effect, action: { command: 'cancel', strategyId, orderId: clientOrderId } };
    },
  },
];

/** Named by the instrument's id, its symbol, or the words it is shown by; of one strategy when that is named behind it. */
function positionsMeant(
  args: readonly string[],
  open: readonly OpenPosition[],
): { readonly positions: readonly OpenPosition[]; readonly problem: string } {
  const words = args.join(' ');
  const [strategy, ...before] = args.toReversed();
  const name = before.toReversed().join(' ');
  const whole = open.filter(({ instrumentId }) => isNamed(instrumentId, words));
  const ofOne = open.filter(({ instrumentId, strategyId }) => strategyId === strategy && isNamed(instrumentId, name));
  const all = [...new Set(open.map(({ instrumentId }) => formatInstrument(instrumentId)))].join(', ');
  const problem = `expected one of the open positions (${all || 'there is none'}), found "${words}"`;
  return { positions: whole.length > 0 ? whole : ofOne, problem };
}
