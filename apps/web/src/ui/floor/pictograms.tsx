import type { ReactNode } from 'react';

/** Drawings of the things to scan, so that the screen is understood without reading it. */
function Pictogram({ children }: { children: ReactNode }) {
  return (
    <svg
      className="pictogram"
      viewBox="0 0 48 48"
      fill="none"
      stroke="currentColor"
      strokeWidth={2.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const BadgePicture = () => (
  <Pictogram>
    <path d="M19 4h10v7H19zM24 11v4" />
    <rect x="9" y="13" width="30" height="31" rx="4" />
    <circle cx="24" cy="23" r="4.5" />
    <path d="M16 36v3M20 36v3M24 36v3M27 36v3M32 36v3" />
  </Pictogram>
);

export const CartPicture = () => (
  <Pictogram>
    <path d="M4 8h5l4 24h24M11 14h30l-3 14H13" />
    <circle cx="17" cy="39" r="3" />
    <circle cx="34" cy="39" r="3" />
    <path d="M21 14v14M31 14v14" />
  </Pictogram>
);

export const TotePicture = () => (
  <Pictogram>
    <path d="M6 16h36l-4 24H10zM4 11h40v5H4z" />
    <path d="M17 25v8M21 25v8M24 25v8M28 25v8M31 25v8" />
  </Pictogram>
);

export const ParcelPicture = () => (
  <Pictogram>
    <path d="M24 5 42 13v22L24 43 6 35V13zM6 13l18 8 18-8M24 21v22" />
    <path d="M15 9l18 8v7" />
  </Pictogram>
);

export const ScalePicture = () => (
  <Pictogram>
    <rect x="6" y="30" width="36" height="12" rx="3" />
    <path d="M12 30v-4h24v4M16 14h16v12H16zM20 36h8" />
  </Pictogram>
);

export const TruckPicture = () => (
  <Pictogram>
    <path d="M3 12h25v22H3zM28 20h9l8 8v6H28z" />
    <circle cx="12" cy="36" r="4" />
    <circle cx="36" cy="36" r="4" />
  </Pictogram>
);

export const ShelfPicture = () => (
  <Pictogram>
    <path d="M8 4v40M40 4v40M8 18h32M8 32h32" />
    <path d="M13 10h8v8M26 24h9v8M13 26h7v6M28 12h7v6" />
  </Pictogram>
);

export const QuestionPicture = () => (
  <Pictogram>
    <circle cx="24" cy="24" r="19" />
    <path d="M18 19c0-8 13-8 13 0 0 5-7 5-7 10M24 35.5v.5" />
  </Pictogram>
);

export const WallPicture = () => (
  <Pictogram>
    <path d="M5 6h38v36H5zM5 18h38M5 30h38M18 6v36M30 6v36" />
    <path d="M21 24l3 3 4-5" />
  </Pictogram>
);

export const RefillPicture = () => (
  <Pictogram>
    <path d="M6 28h36M6 42h36M6 28v14M42 28v14M12 35h9v7M27 33h9v9" />
    <path d="M24 4v17M16 14l8 8 8-8" />
  </Pictogram>
);

export const ReturnPicture = () => (
  <Pictogram>
    <path d="M16 6 6 16l10 10M6 16h22c8 0 13 5 13 12s-5 12-13 12H14" />
  </Pictogram>
);
