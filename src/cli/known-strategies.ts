/** One of the registered strategies. */
export type KnownStrategy = NonNullable<ReturnType<Awaited<ReturnType<typeof knownStrategies>>['get']>>;

/** Every registered strategy by its name, loaded only by the commands that need them. */
export async function knownStrategies() {
  const { strategies } = await import('../../strategies/index.ts');
  return strategies;
}
