import { useEffect, useRef, useState } from 'preact/hooks';
import { RovingToolbar } from '../ui/rovingToolbar';
import { BottomBar } from './bottomBar';
import { Composer } from './conversation/composer';
import { ConversationState } from './conversation/conversationState';
import { Ghosts } from './conversation/ghosts';
import { ConversationContext } from './conversation/hooks';
import type { Part } from './conversation/parts';
import { Transcript } from './conversation/transcript';
import { CanvasGestures } from './canvas/gestures';
import { CanvasStage } from './canvas/stage';
import { listenForExchange } from './exchange/exchange';
import { Filmstrip } from './folder/filmstrip';
import { FolderNavigation } from './folder/folderNavigation';
import { viewFor, type HostLink, type SavedState } from './host';
import { Help } from './help/help';
import { ToolHint, useHints } from './help/toolHint';
import { TileProgress } from './canvas/tileProgress';
import { useStore } from './hooks';
import { listenForKeys } from './keys';
import { chooseMenu, menuContext } from './menu';
import { ErrorPage, FirstHint, Notices } from './notices';
import { OverlayContext, OverlayControls, useOverlayParts } from './overlay/overlay';
import { RegionLayer } from './overlay/regionLayer';
import { Readout } from './readout';
import { RegionList, RegionsContext, useRegionsPart } from './regions/list';
import { Toolbar } from './toolbar';
import { ToolChips } from './tools/chips';
import { ToolSettings } from './tools/settings';
import { Toolbox } from './tools/toolbox';

/** Narrower than this, the list is closed unless asked for. */
const wideEnoughForList = 560;

/** The whole panel. `takesKeyboard`: it follows on a picture that had the keyboard. */
export function App({
  host,
  saved,
  takesKeyboard,
}: {
  host: HostLink;
  saved: SavedState;
  takesKeyboard: boolean;
}) {
  const [store, state] = useStore();
  const hints = useHints();
  const container = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<CanvasStage>();
  const [toolbox, setToolbox] = useState<Toolbox>();
  const [settings] = useState(() => new ToolSettings(saved.tools));
  const [readout] = useState(() => new Readout());
  const [wide, setWide] = useState(window.innerWidth >= wideEnoughForList);
  const listOpen = state.listOpen ?? wide;
  const hasPicture = state.snapshot !== undefined && state.fatal === undefined;
  const overlay = useOverlayParts(saved.overlay, () => keep.current());
  const [conversation] = useState(() => new ConversationState(store));
  const regions = useRegionsPart();
  const question = useRef<Part[]>(saved.question ?? []);
  const polygon = useRef(saved.polygon);
  const keep = useRef<() => void>(() => undefined);

  useEffect(() => listenForExchange(store), [store]);

  useEffect(() => {
    const onResize = () => setWide(window.innerWidth >= wideEnoughForList);
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);

  useEffect(() => {
    if (!hasPicture || !container.current || !state.snapshot) return;
    const element = container.current;
    const canvas = new CanvasStage(
      element,
      store,
      viewFor(saved.view, state.snapshot.image),
      (redraw) => new RegionLayer(store, overlay.state, overlay.comparison, element, redraw),
      (view) => {
        readout.showScale(view.scale);
        conversation.moved();
        keep.current();
      },
      () => {
        document.body.dataset['ready'] = 'true';
      },
    );
    const tools = new Toolbox(store, canvas, settings, {
      draft: polygon.current,
      onDraft: (draft) => {
        polygon.current = draft;
        keep.current();
      },
    });
    const gestures = new CanvasGestures(canvas, store, tools, (place) => readout.showPointer(place));
    const stopKeys = listenForKeys(store, canvas, gestures, tools);
    const stopMenu = chooseMenu(store, canvas);
    const stopSettings = settings.subscribe(() => keep.current());
    setStage(canvas);
    conversation.visible = () => canvas.visible;
    void conversation.load();
    setToolbox(tools);
    if (takesKeyboard) element.focus();
    return () => {
      stopSettings();
      stopMenu();
      stopKeys();
      gestures.dispose();
      tools.dispose();
      canvas.dispose();
      setStage(undefined);
      setToolbox(undefined);
    };
  }, [hasPicture, store]);

  // Where the user looks survives hiding the panel.
  keep.current = () =>
    host.save({
      tool: state.tool,
      tools: settings.values,
      activeId: state.activeId,
      segmenter: state.segmenter,
      opacity: state.opacity,
      listOpen: state.listOpen,
      overlay: overlay.state.saved,
      question: question.current,
      polygon: polygon.current,
      ...(stage && { view: { ...stage.savedView, size: stage.size } }),
    });
  useEffect(() => {
    if (hasPicture) keep.current();
  }, [hasPicture, stage, state.tool, state.activeId, state.segmenter, state.opacity, state.listOpen]);

  const toggleList = () => store.set({ listOpen: !listOpen });
  if (state.fatal !== undefined)
    return (
      <div class="panel">
        <ErrorPage message={state.fatal} />
        <RovingToolbar label="Folder">
          <FolderNavigation />
        </RovingToolbar>
        <Filmstrip />
      </div>
    );
  if (!state.snapshot) return <div class="loading" role="status" aria-label="Opening the picture" />;
  const { name, width, height } = state.snapshot.image;
  return (
    <OverlayContext.Provider value={overlay}>
      <ConversationContext.Provider value={conversation}>
        <div class="panel">
          <Toolbar stage={stage} toolbox={toolbox} listOpen={listOpen} onToggleList={toggleList} />
          <div class="middle">
            <main class="picture">
              <div
                ref={container}
                class={`canvas tool-${state.tool}`}
                tabIndex={0}
                role="application"
                aria-label={`${name}, ${width} by ${height} pixels. Arrow keys move a crosshair, space presses there, Shift+Space takes away, Enter ends what is drawn.`}
                data-vscode-context={menuContext('picture')}
              />
              <TileProgress />
              <Ghosts stage={stage} />
              <OverlayControls />
              <Notices />
              <FirstHint />
              <ToolHint hints={hints} />
              <ToolChips toolbox={toolbox} />
            </main>
            <RegionsContext.Provider value={regions}>{listOpen && <RegionList />}</RegionsContext.Provider>
          </div>
          <Filmstrip />
          <Help onShowHints={hints.showAgain} />
          <Transcript />
          <Composer
            draft={question.current}
            onDraft={(parts) => {
              question.current = parts;
              keep.current();
            }}
          />
          <BottomBar readout={readout} />
        </div>
      </ConversationContext.Provider>
    </OverlayContext.Provider>
  );
}
