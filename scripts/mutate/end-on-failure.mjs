import fc from 'fast-check';

// One failure is enough to detect a mutant. Shrinking it takes minutes and only helps a person.
fc.configureGlobal({ endOnFailure: true });
