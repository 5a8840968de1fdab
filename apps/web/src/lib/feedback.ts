/** Feedback by tone and vibration; colour and shape are the screen's part. Made here, so that it needs no network. */
export type Feedback = 'good' | 'done' | 'wrong' | 'already';

const TONES: Record<Feedback, { hertz: number; ms: number; type: OscillatorType }[]> = {
  good: [{ hertz: 1760, ms: 70, type: 'sine' }],
  done: [
    { hertz: 1175, ms: 90, type: 'sine' },
    { hertz: 1760, ms: 140, type: 'sine' },
  ],
  wrong: [
    { hertz: 165, ms: 140, type: 'square' },
    { hertz: 165, ms: 200, type: 'square' },
  ],
  already: [{ hertz: 660, ms: 110, type: 'triangle' }],
};

const VIBRATION: Record<Feedback, number[]> = {
  good: [30],
  done: [30, 40, 60],
  wrong: [120, 60, 160],
  already: [60],
};

let audio: AudioContext | null = null;

export function giveFeedback(kind: Feedback): void {
  navigator.vibrate?.(VIBRATION[kind]);
  try {
    audio ??= new AudioContext();
    // A browser keeps sound shut until the first touch; the colour and the shape say it meanwhile.
    if (audio.state === 'suspended') void audio.resume();
    let at = audio.currentTime;
    for (const tone of TONES[kind]) {
      const oscillator = audio.createOscillator();
      const gain = audio.createGain();
      oscillator.type = tone.type;
      oscillator.frequency.value = tone.hertz;
      gain.gain.setValueAtTime(0.25, at);
      gain.gain.exponentialRampToValueAtTime(0.001, at + tone.ms / 1000);
      oscillator.connect(gain).connect(audio.destination);
      oscillator.start(at);
      oscillator.stop(at + tone.ms / 1000);
      at += tone.ms / 1000 + 0.03;
    }
  } catch {
    // No sound device: nothing to do, the screen has said it.
  }
}
