import { fireEvent, render, screen } from '@testing-library/react-native';
import { Linking } from 'react-native';
import { makeFragmentData } from '../generated';
import { RichText, RichTextFragment } from './rich-text';

const show = (...content: object[]) => render(<RichText of={makeFragmentData({ __typename: 'RichText', document: { type: 'doc', content }, plainText: 'plain' }, RichTextFragment)} />);
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const text = (words: string, ...marks: object[]) => ({ type: 'text', text: words, marks });

test('paragraphs, headings, lists and mentions are drawn', () => {
  show(
    { type: 'heading', attrs: { level: 2 }, content: [text('Beans')] },
    paragraph(text('Ask '), { type: 'mention', attrs: { resolved: { name: 'Tom Brackley', memberId: '8' } } }, text('.', { type: 'bold' })),
    { type: 'orderedList', attrs: { start: 3 }, content: [{ type: 'listItem', content: [paragraph(text('Sow'))] }, { type: 'listItem', content: [paragraph(text('Wait'))] }] },
  );
  expect(screen.getByRole('heading')).toHaveTextContent('Beans');
  expect(screen.getByText('Ask @Tom Brackley.')).toBeOnTheScreen();
  for (const words of ['3.', 'Sow', '4.', 'Wait']) expect(screen.getByText(words)).toBeOnTheScreen();
});

test('a link opens, and one that no browser opens is text', () => {
  const open = jest.spyOn(Linking, 'openURL').mockResolvedValue(true);
  const link = (href: string) => ({ type: 'link', attrs: { href } });
  show(paragraph(text('notes', link('https://example.com/notes')), text('trap', link('javascript:alert(1)'))));
  fireEvent.press(screen.getByText('notes'));
  fireEvent.press(screen.getByText('trap'));
  expect(open.mock.calls).toEqual([['https://example.com/notes']]);
});

test('a poll shows its answers, and what the app does not know shows what is in it', () => {
  show(
    { type: 'poll', attrs: { resolved: { question: 'Which Sunday?', options: [{ text: 'The first', votesCount: 4 }, { text: 'The second' }] } } },
    { type: 'toggle', content: [paragraph(text('Inside'))] },
    { type: 'wonder', attrs: { label: 'A wonder' } },
  );
  for (const words of ['Which Sunday?', 'The first  4 votes', 'The second', 'Inside', 'A wonder']) expect(screen.getByText(words)).toBeOnTheScreen();
});

test('a text of the older editor shows without markup', () => {
  render(<RichText of={makeFragmentData({ __typename: 'RichText', document: null, plainText: 'Written long ago' }, RichTextFragment)} />);
  expect(screen.getByText('Written long ago')).toBeOnTheScreen();
});
