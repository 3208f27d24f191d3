import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { ConversationState } from './conversationState';

export const ConversationContext = createContext<ConversationState | undefined>(undefined);

/** The conversation; the component is drawn again when it changes. */
export function useConversation(): ConversationState {
  const conversation = useContext(ConversationContext);
  if (!conversation) throw new Error('No conversation above this component.');
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => conversation.subscribe(() => redraw(undefined)), [conversation]);
  return conversation;
}
