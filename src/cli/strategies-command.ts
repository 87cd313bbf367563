import { Command } from 'commander';
import { z } from 'zod';
import { type KnownStrategy, knownStrategies } from './known-strategies.ts';
import { printResult } from './output.ts';

interface ParamLine {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** Absent when there is none. */
  readonly default?: unknown;
  readonly description?: string;
}

interface StrategyLine {
  readonly name: string;
  readonly summary: string;
  readonly scope: KnownStrategy['scope'];
  readonly params: readonly ParamLine[];
}

export function strategiesCommand(): Command {
  return new Command('strategies')
    .description('List the registered strategies with their parameters and defaults.')
    .option('--json', 'print the list as one JSON document')
    .action(async (options: { readonly json?: boolean }) => {
      const lines = Array.from((await knownStrategies()).values(), describeStrategy);
      printResult({ json: { strategies: lines }, text: lines.map(formatStrategy).join('\n\n') }, options.json === true);
    });
}

function describeStrategy({ name, summary, scope, params }: KnownStrategy): StrategyLine {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' });
  const lines = Object.entries(schema.properties ?? {}).map(([param, property]): ParamLine => {
    const isRequired = schema.required?.includes(param) === true;
    if (typeof property === 'boolean') return { name: param, type: 'any', isRequired };
    return {
      name: param,
      type: property.enum?.map(String).join(' | ') ?? rangeOf(property),
      isRequired,
      ...('default' in property ? { default: property.default } : {}),
      ...(property.description === undefined ? {} : { description: property.description }),
    };
  });
  return { name, summary, scope, params: lines };
}

function rangeOf(property: z.core.JSONSchema.BaseSchema): string {
  const type = property.type === 'integer' ? 'whole number' : (property.type ?? 'any');
  const low = property.minimum ?? property.exclusiveMinimum;
  const high = property.maximum ?? property.exclusiveMaximum;
  const from = isBound(low) ? ` from ${low}` : '';
  const to = isBound(high) ? ` to ${high}` : '';
  return `${type}${from}${to}`;
}

/** Zod states the safe-integer range of every whole number. */
function isBound(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function formatStrategy(line: StrategyLine): string {
  const width = Math.max(0, ...line.params.map((param) => param.name.length));
  const params = line.params.map((param) => {
    const value =
      'default' in param ? `= ${JSON.stringify(param.default)}` : param.isRequired ? '(required)' : '(optional)';
    const about = [param.type, param.description].filter((part) => part !== undefined).join('; ');
    return `  ${param.name.padEnd(width)} ${value}  ${about}`;
  });
  return [
    `${line.name} (${line.scope === 'group' ? 'one for all its instruments' : 'one per instrument'})`,
    `  ${line.summary}`,
    ...params,
  ].join('\n');
}
