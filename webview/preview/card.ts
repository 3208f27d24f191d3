/**
 * The card that shows beside an element which the pointer rests on or the keyboard has reached: a paper, a citation, a
 * footnote. There is one on the page. It stays while the pointer is over it or the focus inside, Escape closes it, and
 * Tab goes from the element into it and on.
 */
import type { PreviewPage } from './previewPage';
import './card.css';

/** The card while it is open for one element. */
export interface OpenCard {
  readonly anchor: HTMLElement;
  /** Aborted when the card closes or another element takes it: what was asked for it is not wanted any more. */
  readonly signal: AbortSignal;
  /** Puts content into the card; what comes after it has closed is dropped. Focus inside stays inside. */
  show(...content: (Node | string)[]): void;
  /** Closes the card; focus inside goes back to the element. */
  close(): void;
}

/** A kind of element that has cards. */
export interface CardSource {
  /** Which elements of the note have a card. */
  selector: string;
  /** The card's name for screen readers. */
  label(anchor: HTMLElement): string;
  /** Fills the card, at once and again when more is known. Not calling `show` means that there is nothing to show. */
  fill(card: OpenCard): void;
}

/** How long the pointer rests before the card comes, and how long it may be elsewhere before the card goes. */
const openMs = 350;
const closeMs = 250;
/** Distance of the card from its element and from the edges of the page, in CSS pixels. */
const gap = 6;
const margin = 8;

/** Gives the elements of a source a card. Call it once for each kind. */
export function useCard(page: PreviewPage, source: CardSource): void {
  cards ??= new Cards(page);
  cards.sources.push(source);
}

let cards: Cards | undefined;

class Cards {
  readonly sources: CardSource[] = [];
  private readonly element = document.createElement('div');
  private open: { card: OpenCard; controller: AbortController; pointer?: number } | undefined;
  private timer: number | undefined;
  /** An element whose card was closed on purpose: focus that comes back to it does not open it again. */
  private closedOn: Element | undefined;

  constructor(page: PreviewPage) {
    const { element } = this;
    element.className = 'gn-card';
    element.id = 'gn-card';
    element.setAttribute('role', 'dialog');
    element.tabIndex = -1;
    element.hidden = true;
    document.body.append(element);
    element.addEventListener('pointerenter', () => this.stay());
    element.addEventListener('pointerleave', () => this.leave());
    element.addEventListener('focusin', () => this.stay());
    element.addEventListener('focusout', (event) => {
      if (!element.contains(event.relatedTarget as Node | null)) this.leave();
    });
    page.main.addEventListener('pointerover', (event) => {
      if (event.pointerType === 'touch') return;
      const anchor = this.anchorOf(event.target);
      if (anchor) this.openSoon(anchor, event.clientX);
    });
    page.main.addEventListener('pointerout', (event) => {
      const anchor = this.anchorOf(event.target);
      if (anchor && !anchor.contains(event.relatedTarget as Node | null)) this.leave();
    });
    page.main.addEventListener('focusin', (event) => {
      const anchor = this.anchorOf(event.target);
      if (anchor?.matches(':focus-visible') && anchor !== this.closedOn) this.openSoon(anchor);
      this.closedOn = undefined;
    });
    page.main.addEventListener('focusout', (event) => {
      if (!element.contains(event.relatedTarget as Node | null)) this.leave();
    });
    document.addEventListener('keydown', (event) => this.key(event), true);
    document.addEventListener('pointerdown', (event) => {
      if (!element.contains(event.target as Node | null)) this.shut();
    });
    window.addEventListener('scroll', () => this.place(), { passive: true });
    window.addEventListener('resize', () => this.place());
    window.addEventListener('blur', () => this.leave());
    new ResizeObserver(() => this.place()).observe(element);
    // An element that an edit took away takes its card along.
    page.onShown(() => {
      if (this.open && !this.open.card.anchor.isConnected) this.shut();
      else this.place();
    });
  }

  private anchorOf(target: EventTarget | null): HTMLElement | undefined {
    if (!(target instanceof Element)) return undefined;
    for (const { selector } of this.sources) {
      const anchor = target.closest<HTMLElement>(selector);
      if (anchor) return anchor;
    }
    return undefined;
  }

  private stay(): void {
    clearTimeout(this.timer);
  }

  private leave(): void {
    this.stay();
    this.timer = window.setTimeout(() => {
      if (!this.element.contains(document.activeElement)) this.shut();
    }, closeMs);
  }

  private openSoon(anchor: HTMLElement, pointer?: number): void {
    this.stay();
    if (this.open?.card.anchor === anchor) return;
    this.timer = window.setTimeout(() => this.show(anchor, pointer), openMs);
  }

  private show(anchor: HTMLElement, pointer?: number): void {
    const source = this.sources.find(({ selector }) => anchor.matches(selector));
    if (!source || !anchor.isConnected) return;
    this.shut();
    const controller = new AbortController();
    const card: OpenCard = {
      anchor,
      signal: controller.signal,
      show: (...content) => this.fill(card, content),
      close: () => {
        if (this.open?.card === card) this.dismiss();
      },
    };
    this.open = { card, controller, ...(pointer !== undefined && { pointer }) };
    this.element.setAttribute('aria-label', source.label(anchor));
    source.fill(card);
  }

  private fill(card: OpenCard, content: (Node | string)[]): void {
    if (this.open?.card !== card) return;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...content);
    if (this.element.hidden) {
      this.element.hidden = false;
      card.anchor.setAttribute('aria-haspopup', 'dialog');
      card.anchor.setAttribute('aria-expanded', 'true');
      card.anchor.setAttribute('aria-controls', this.element.id);
    }
    if (hadFocus) (this.stops()[0] ?? this.element).focus({ preventScroll: true });
    this.place();
  }

  /** Closes on purpose: focus inside goes back to where the card belongs. */
  private dismiss(): void {
    const anchor = this.open?.card.anchor;
    this.closedOn = anchor;
    if (this.element.contains(document.activeElement)) anchor?.focus({ preventScroll: true });
    this.shut();
  }

  private shut(): void {
    this.stay();
    if (!this.open) return;
    const { anchor } = this.open.card;
    this.open.controller.abort();
    this.open = undefined;
    for (const name of ['aria-haspopup', 'aria-expanded', 'aria-controls']) anchor.removeAttribute(name);
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** What the keyboard can reach in the card. */
  private stops(): HTMLElement[] {
    return [
      ...this.element.querySelectorAll<HTMLElement>(
        'a[href], button:not(:disabled), input, summary, [tabindex="0"]',
      ),
    ];
  }

  private key(event: KeyboardEvent): void {
    if (!this.open || this.element.hidden) return;
    const { anchor } = this.open.card;
    const inside = this.element.contains(document.activeElement);
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.dismiss();
    } else if (event.key === 'Tab' && document.activeElement === anchor && !event.shiftKey) {
      const first = this.stops()[0];
      if (!first) return;
      event.preventDefault();
      this.stay();
      first.focus({ preventScroll: true });
    } else if (event.key === 'Tab' && inside) {
      const stops = this.stops();
      const at = stops.indexOf(document.activeElement as HTMLElement);
      if (event.shiftKey ? at > 0 : at < stops.length - 1) return;
      // Out of the card: back to the element, and forward from there to what follows it in the note.
      this.closedOn = anchor;
      anchor.focus({ preventScroll: true });
      this.shut();
      if (event.shiftKey) event.preventDefault();
    }
  }

  /** Under the line of the element that the pointer is on, over it where there is more room, never off the page. */
  private place(): void {
    if (!this.open || this.element.hidden) return;
    const { card, pointer } = this.open;
    const parts = [...card.anchor.getClientRects()];
    const part =
      parts.find(({ left, right }) => pointer !== undefined && pointer >= left && pointer <= right) ??
      parts[0] ??
      card.anchor.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    if (part.bottom < 0 || part.top > clientHeight) return this.shut();
    const { style } = this.element;
    style.maxHeight = '';
    const { width, height } = this.element.getBoundingClientRect();
    const below = clientHeight - part.bottom - gap - margin;
    const above = part.top - gap - margin;
    const under = height <= below || below >= above;
    const room = Math.max(60, under ? below : above);
    style.maxHeight = `min(24em, ${room}px)`;
    const shown = Math.min(height, room);
    const top = under ? part.bottom + gap : part.top - gap - shown;
    style.top = `${Math.max(margin, Math.min(top, clientHeight - margin - shown))}px`;
    style.left = `${Math.max(margin, Math.min(part.left, clientWidth - margin - width))}px`;
  }
}
