/** A message whose `quoted` parts are code: the quotes become a typeface. */
export function InlineCode({ text }: { text: string }) {
  // Split by a group, the parts in quotes stand at the odd places.
  return text.split(/`([^`\n]+)`/).map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
