import { watchLine } from '../../views/watch-view.ts';
import type { ViewCommand } from './bot-command.ts';
import { answer, spanOf, withoutArguments } from './view-commands.ts';

/** What the worker trades or watches, at a glance. */
export const WATCH_COMMAND: ViewCommand = {
  ...{ name: 'watch', role: 'viewer', usage: '', isSafety: false, isPaged: true },
  summary: 'everything that is watched: latest price, change on the day, spread',
  run: withoutArguments(async (desk) => {
    const watched = await desk.views.watch(spanOf('day', desk.day()));
    const unpriced = watched.filter(({ lastPrice }) => lastPrice === null).length;
    const head = `Watched: ${watched.length || 'nothing'}${unpriced === 0 ? '' : `, ${unpriced} without a price`}`;
    return answer(
      head,
      watched.map((each) => watchLine(each, desk.now())),
      watched,
    );
  }),
};
