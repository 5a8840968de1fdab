import '../ui/tokens.css';
import '../ui/floor/floor.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startTexts } from '../lib/i18n.js';
import { enrolledStation } from '../lib/session.js';
import { FloorApp } from './floor-app.js';
import { floorTexts } from './texts/floor-texts.js';

const asked = new URLSearchParams(window.location.search).get('theme');
if (asked) localStorage.setItem('wavehouse.theme', asked);
const isLight = localStorage.getItem('wavehouse.theme') === 'light';
document.documentElement.dataset.theme = isLight ? 'light' : 'dark';
enrolledStation();
await startTexts(floorTexts);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <FloorApp />
  </StrictMode>,
);
