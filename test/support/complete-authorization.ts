const mostTries = 20;
const conflict = 409;

/**
 * Completes an authorization that has been approved. A poll in the background that began before the approval may give its
 * answer to the first try: then it is not authorized yet, and is asked for again.
 */
export async function completeAuthorization<Answer extends { readonly status: number }>(
  complete: () => PromiseLike<Answer>,
): Promise<Answer> {
  let answer = await complete();
  for (let tries = 1; answer.status === conflict && tries < mostTries; tries += 1) answer = await complete();
  return answer;
}
