const mostTries = 20;
const conflict = 409;

/**
 * Completes an approved authorization. A background poll from before the approval may answer the first try with "not
 * authorized yet": then it tries again.
 */
export async function completeAuthorization<Answer extends { readonly status: number }>(
  complete: () => PromiseLike<Answer>,
): Promise<Answer> {
  let answer = await complete();
  for (let tries = 1; answer.status === conflict && tries < mostTries; tries += 1) answer = await complete();
  return answer;
}
