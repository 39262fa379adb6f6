/** Adds what a map does not have yet. One that holds `most` lets what it has had longest go. */
export function setBounded<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size < most) break;
    map.delete(oldest);
  }
  map.set(key, value);
}
