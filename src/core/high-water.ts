/** The highest that a number has stood since somebody last asked. */
export class HighWater {
  #highest = 0;

  rise(level: number): void {
    if (level > this.#highest) this.#highest = level;
  }

  /** Begins anew at `level`. */
  take(level: number): number {
    const highest = Math.max(this.#highest, level);
    this.#highest = level;
    return highest;
  }
}
