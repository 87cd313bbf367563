/** Removes in place what is done with, and keeps the order of the rest. */
export function dropWhere<T>(list: T[], isDone: (each: T) => boolean): void {
  let kept = 0;
  for (const each of list) if (!isDone(each)) list[kept++] = each;
  while (list.length > kept) list.pop();
}
