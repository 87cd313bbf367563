/** The `history` command over a history made up on the spot. Arguments: ms per call, then the command's own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { historyCommand } from '../../src/cli/history-command.ts';
import { reportError } from '../../src/cli/report-error.ts';
import { loadMarketCalendar } from '../../src/config/load-market-calendar.ts';
import type { OpenHistory } from '../../src/worker/open-history.ts';
import { testInstrument } from '../support/fixed-calendar.ts';
import { ScriptedHistory } from '../support/scripted-history.ts';

const [delayMs, ...args] = process.argv.slice(2);
const hours = testInstrument('NSE:TCS');
const open: OpenHistory = async () => {
  const calendar = loadMarketCalendar();
  const source = new ScriptedHistory({ calendar, hours, now: Date.now, daysPerPart: 10 });
  const fetch = source.fetch.bind(source);
  source.fetch = async (part) => {
    await sleep(Number(delayMs));
    process.stderr.write(`fetching from ${part.from}\n`);
    return fetch(part);
  };
  return {
    source,
    calendar,
    instrument: (id) => (id === hours.id ? hours : undefined),
    close: async () => void process.stderr.write('closed\n'),
  };
};
try {
  await historyCommand(open).parseAsync(args, { from: 'user' });
} catch (error) {
  process.exitCode = reportError(error, { asJson: false });
}
