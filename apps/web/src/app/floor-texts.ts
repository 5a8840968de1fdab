export const floorTexts = { en: {}, ms: {}, zh: {} };
