/** What is done on the picture without keys of their own: for the help. */

export interface PointerHelp {
  /** Gestures that do the same. */
  how: readonly string[];
  what: string;
}

export const pointerHelp: readonly PointerHelp[] = [
  { how: ['Click'], what: 'Add what is there to the region in hand' },
  { how: ['Right-click', 'Shift+click', 'Pen button'], what: 'Take away what is there' },
  { how: ['Ctrl held'], what: 'Collect several points, and ask once when it is let go' },
  { how: ['Click on a marker'], what: 'Take that point, box or stroke back' },
  { how: ['Wheel', 'Pinch'], what: 'Zoom where the pointer is' },
  { how: ['Space and drag', 'Middle button', 'Two fingers'], what: 'Move the picture' },
  { how: ['Arrow keys'], what: 'Move the crosshair, Shift by single pixels' },
  { how: ['Space', 'Shift+Space'], what: 'Press at the crosshair, or take away there' },
  { how: ['Right-click (Select tool)', 'Shift+F10'], what: 'Menu of the selected regions' },
];
