import fc from 'fast-check';

// That a mutant is found is enough: a smaller example of it, which takes a property minutes to look for, is for people.
fc.configureGlobal({ endOnFailure: true });
