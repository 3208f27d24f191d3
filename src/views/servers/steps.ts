/** Questions of several steps, each with Back. */
import * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';

export const back = Symbol('back');
export type Back = typeof back;

interface StepOptions {
  title: string;
  step: number;
  total: number;
}

/** @throws GroundnoteError cancelled */
export function askText({
  title,
  step,
  total,
  prompt,
  placeHolder,
  value,
  password = false,
  validate = () => undefined,
}: StepOptions & {
  prompt: string;
  placeHolder?: string;
  value: string;
  password?: boolean;
  validate?: (value: string) => string | undefined;
}): Promise<string | Back> {
  const input = vscode.window.createInputBox();
  Object.assign(input, { title, step, totalSteps: total, prompt, value, password, ignoreFocusOut: true });
  if (placeHolder !== undefined) input.placeholder = placeHolder;
  input.buttons = [vscode.QuickInputButtons.Back];
  return answered(input, (accept) => {
    input.onDidChangeValue((now) => {
      // What has not been typed to its end is not wrong yet, unless it was said to be.
      if (input.validationMessage) input.validationMessage = validate(now);
    });
    input.onDidAccept(() => {
      const problem = validate(input.value);
      input.validationMessage = problem;
      if (problem === undefined) accept(input.value.trim());
    });
  });
}

type Item<T> = vscode.QuickPickItem & { value: T };

/** @throws GroundnoteError cancelled */
export function askChoice<T>(
  options: StepOptions & { placeHolder: string; items: readonly Item<T>[]; active?: number; many?: false },
): Promise<Item<T> | Back>;
export function askChoice<T>(
  options: StepOptions & { placeHolder: string; items: readonly Item<T>[]; many: true },
): Promise<readonly Item<T>[] | Back>;
export function askChoice<T>({
  title,
  step,
  total,
  placeHolder,
  items,
  active,
  many = false,
}: StepOptions & {
  placeHolder: string;
  items: readonly Item<T>[];
  active?: number;
  many?: boolean;
}): Promise<Item<T> | readonly Item<T>[] | Back> {
  const pick = vscode.window.createQuickPick<Item<T>>();
  Object.assign(pick, { title, step, totalSteps: total, placeholder: placeHolder, ignoreFocusOut: true });
  pick.canSelectMany = many;
  pick.items = items;
  pick.buttons = [vscode.QuickInputButtons.Back];
  if (many) pick.selectedItems = items.filter(({ picked }) => picked);
  const now = active === undefined ? undefined : items[active];
  if (now) pick.activeItems = [now];
  return answered<Item<T> | readonly Item<T>[]>(pick, (accept) =>
    pick.onDidAccept(() => {
      const [first] = pick.selectedItems;
      if (first) accept(many ? pick.selectedItems : first);
    }),
  );
}

function answered<T>(
  input: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>,
  listen: (accept: (value: T) => void) => void,
): Promise<T | Back> {
  return new Promise<T | Back>((resolve, reject) => {
    listen(resolve);
    input.onDidTriggerButton((button) => button === vscode.QuickInputButtons.Back && resolve(back));
    input.onDidHide(() => reject(new GroundnoteError('cancelled', 'Cancelled.')));
    input.show();
  }).finally(() => input.dispose());
}
