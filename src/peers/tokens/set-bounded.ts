/** Adds a new key to a map. Evicts the oldest entries so that it holds `most` at most. */
export function setBounded<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  if (map.size >= most) {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      if (map.size < most) break;
    }
  }
  map.set(key, value);
}
