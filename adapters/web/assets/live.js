// Live updates: hears that something has changed, asks what the reader may know of it, and says so in one line. Nothing moves
// under the reader's hand, and everything works without this. The tabs of a browser share one stream: the one that opened it
// last has it, and passes on to the others that something has changed. Nothing is kept but two choices.
(() => {
  "use strict";

  const CHOICES = ["title", "sound"];
  const key = (choice) => `kamnot-live-${choice}`;
  const chosen = (choice) => {
    try {
      return localStorage.getItem(key(choice)) === "yes";
    } catch {
      return false;
    }
  };

  let audio = null;
  const play = () => {
    audio ??= new AudioContext();
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.connect(volume).connect(audio.destination);
    volume.gain.setValueAtTime(0.2, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  };

  const choices = document.getElementById("live-choices");
  if (choices) {
    choices.hidden = false;
    for (const choice of CHOICES) {
      const box = document.getElementById(`live-${choice}`);
      box.checked = chosen(choice);
      box.addEventListener("change", () => {
        if (box.checked) localStorage.setItem(key(choice), "yes");
        else localStorage.removeItem(key(choice));
      });
    }
    document.getElementById("live-try").addEventListener("click", play);
  }

  const place = document.getElementById("live");
  if (!place || !window.EventSource) return;
  const [line, text, show, inbox] = [place.querySelector("p"), ...place.querySelectorAll("span, a")];
  const title = document.title;
  show.href = location.pathname + location.search;

  const say = (words, alerts) => {
    if (text.textContent === words && !line.hidden) return;
    text.textContent = words;
    if (inbox) inbox.hidden = alerts === 0;
    line.hidden = false;
    if (chosen("title")) document.title = `(${alerts || "*"}) ${title}`;
  };

  // At once, and then no more than once a second.
  let [stream, known, asked, waits] = [null, 0, 0, 0];
  const ask = () => {
    if (waits) return;
    waits = setTimeout(async () => {
      [waits, asked] = [0, Date.now()];
      try {
        const answer = await fetch(place.dataset.ask);
        const { alerts, line } = await answer.json();
        if (line) say(line, alerts);
        if (alerts > known && stream && chosen("sound")) play();
        known = alerts;
      } catch {
        // The next change asks again.
      }
    }, Math.max(0, asked + 1000 - Date.now()));
  };

  const tabs = window.BroadcastChannel ? new BroadcastChannel("kamnot-live") : null;
  const tell = (what) => tabs?.postMessage(what);
  const close = () => {
    stream?.close();
    stream = null;
  };
  let takes = 0;
  const listen = () => {
    clearTimeout(takes);
    if (stream) return;
    stream = new EventSource("/api/v1/changes");
    stream.onopen = () => {
      tell("here");
      ask();
    };
    stream.addEventListener("changed", () => {
      tell("changed");
      ask();
    });
    stream.addEventListener("replaced", close);
    stream.onerror = () => {
      // A stream that was lost is opened again by the browser; one that was refused is not.
      if (stream?.readyState !== EventSource.CLOSED) return;
      close();
      show.textContent = place.dataset.again;
      say(place.dataset.ended, 0);
    };
  };
  if (tabs) {
    tabs.onmessage = ({ data }) => {
      if (data === "changed") ask();
      if (data === "here") clearTimeout(takes);
      // Whoever had it has left: one of the others takes it, unless its next page does.
      if (data === "gone" && !stream) {
        clearTimeout(takes);
        takes = setTimeout(listen, 300 + 700 * Math.random());
      }
    };
  }
  addEventListener("pagehide", () => {
    if (stream) tell("gone");
    close();
  });
  addEventListener("pageshow", ({ persisted }) => persisted && listen());
  document.addEventListener("visibilitychange", () => !document.hidden && listen());
  listen();
})();
