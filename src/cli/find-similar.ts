/** Returns the name with the most pairs of adjacent letters in common, or `null` if fewer than half are. */
export function findSimilar(typed: string, names: readonly string[]): string | null {
  const pairs = pairsOf(typed);
  const shared = (name: string): number =>
    (2 * pairsOf(name).filter((pair) => pairs.includes(pair)).length) / (name.length + typed.length);
  const best = names.toSorted((one, other) => shared(other) - shared(one))[0] ?? '';
  return shared(best) < 0.5 ? null : best;
}

function pairsOf(name: string): string[] {
  return Array.from({ length: name.length }, (_, index) => ` ${name}`.slice(index, index + 2));
}
