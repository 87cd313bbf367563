/** The ids of today and of the day before on which there were any; older ones are known to the ledger. */
export class RecentIds<Id extends string> {
  #ids = new Set<Id>();
  #older = new Set<Id>();

  has(id: Id): boolean {
    return this.#ids.has(id) || this.#older.has(id);
  }

  add(id: Id): void {
    this.#ids.add(id);
  }

  startDay(): void {
    // A day without any, such as a holiday on which only the clock was told, does not count.
    if (this.#ids.size === 0) return;
    this.#older = this.#ids;
    this.#ids = new Set();
  }
}
