import { SECOND_MS } from '../../core/time.ts';
import type { BudgetPlan, ClassPlan, WindowPlan } from './budget-plan.ts';

const COLUMN = 12;
const WHOLE = new Intl.NumberFormat('en-IN');

type Row = readonly [label: string, cells: readonly string[]];

/** A table for each class of calls, then the verdict. */
export function formatPlan(plan: BudgetPlan & { readonly notes: readonly string[] }): string {
  const tables = plan.classes.map((each) => ({ name: each.callClass, windows: each.windows, rows: rowsOf(each) }));
  const width = Math.max(...tables.flatMap(({ rows }) => rows.map(([label]) => label.length))) + 2;
  return [
    `Instruments: ${plan.instruments}; pairs of strategy and instrument: ${plan.pairs}; positions at most: ${plan.positions}.`,
    "Calls of one client code at Angel One in the worst case; the limits are the broker's less our margin:",
    ...tables.flatMap(({ name, windows, rows }) => [
      '',
      `${name.padEnd(width + 2)}${windows.map(({ span }) => span.padStart(COLUMN)).join('')}`,
      ...rows.map(([label, cells]) => `  ${label.padEnd(width)}${cells.map((cell) => cell.padStart(COLUMN)).join('')}`),
    ]),
    '',
    ...plan.notes.map((note) => `Taken for granted: ${note}.`),
    '',
    verdictOf(plan),
  ].join('\n');
}

function rowsOf({ windows }: ClassPlan): readonly Row[] {
  const row = (label: string, cell: (window: WindowPlan) => string): Row => [label, windows.map(cell)];
  const causes = new Set(windows.flatMap((window) => window.causes.map(({ cause }) => cause)));
  const hasExits = windows.some(({ exits }) => exits > 0);
  const hasReserve = windows.some(({ exitReserve }) => exitReserve > 0);
  return [
    row('limit', ({ limit }) => WHOLE.format(limit)),
    ...(hasReserve ? [row('kept for exits', ({ exitReserve }) => WHOLE.format(exitReserve))] : []),
    ...Array.from(causes, (cause) =>
      row(cause, (window) => WHOLE.format(window.causes.find((each) => each.cause === cause)?.calls ?? 0)),
    ),
    row('worst case', ({ calls }) => WHOLE.format(calls)),
    ...(hasExits ? [row('of it exits', ({ exits }) => WHOLE.format(exits))] : []),
    row('fits', ({ fits }) => (fits ? 'yes' : 'no')),
    row('wanted at once, the last one waits', ({ drainMs }) => `${(drainMs / SECOND_MS).toFixed(1)} s`),
  ];
}

function verdictOf({ isHeld, reasons, todo, exitDrainMs }: BudgetPlan): string {
  const last = `wanted in one second, the last exit goes out after ${(exitDrainMs / SECOND_MS).toFixed(1)} s`;
  if (isHeld) return `The exit reserve holds: exits fit into every minute and hour, and ${last}.`;
  return `The exit reserve does not hold: ${reasons.join('; ')}.\n-> ${todo.join(', or ')}.`;
}
