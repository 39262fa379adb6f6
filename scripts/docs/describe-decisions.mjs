/** Lists the decisions, and the status of those that are replaced. @param {readonly { name: string, text: string }[]} files */
export function describeDecisions(files) {
  return files
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, text }) => {
      const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
      const status = /^Status: (.+)\. Date: /m.exec(text)?.[1] ?? '';
      return `- [${title}](${name})${status === 'accepted' ? '' : `: ${status}`}`;
    })
    .join('\n');
}
