import type { Texts } from '../../lib/i18n.js';

/** Bahasa Melayu for the integrator's console, by the English sentence. */
export const texts: Texts = {
  'No agent is enrolled. Choose "Enrol an agent" and type its command on the machine beside the hardware.':
    'Tiada ejen didaftarkan. Pilih "Daftar ejen" dan taip arahannya pada mesin di sebelah perkakasan.',
  'Such as edge-02. The code of an agent that is there already lets another machine take its place.':
    'Seperti edge-02. Kod ejen yang sudah ada membenarkan mesin lain mengambil tempatnya.',
  'Run this on the machine beside the hardware, as root:':
    'Jalankan ini pada mesin di sebelah perkakasan, sebagai root:',
  'Put the address of the broker in the place of BROKER: the core was not told it (AGENTS_MQTT_URL).':
    'Gantikan BROKER dengan alamat broker: teras tidak diberitahu (AGENTS_MQTT_URL).',
  'The code works once, for another {{span}}.': 'Kod ini boleh digunakan sekali, untuk {{span}} lagi.',
  'Then start the agent; this window says when it is heard:':
    'Kemudian mulakan ejen; tetingkap ini memberitahu apabila ia didengar:',
  'This code has ended without being used, or it was used and the agent is not heard yet.':
    'Kod ini telah tamat tanpa digunakan, atau telah digunakan tetapi ejen belum didengar.',
  'This address of the core works on this machine alone. Open this page by the address that the other machine sees.':
    'Alamat teras ini hanya berfungsi pada mesin ini. Buka halaman ini melalui alamat yang dilihat oleh mesin lain.',
  'Make another': 'Buat yang lain',
  '{{agent}} is online.': '{{agent}} dalam talian.',
  'Attach its devices now.': 'Sambung perantinya sekarang.',
  'never heard': 'belum pernah didengar',
  'It has not come yet. Choose "Enrol an agent" with the same short code for another claim code.':
    'Ia belum datang. Pilih "Daftar ejen" dengan kod ringkas yang sama untuk kod tuntutan lain.',
  Copy: 'Salin',
  'Copied.': 'Disalin.',
  'Selected: press Ctrl+C.': 'Dipilih: tekan Ctrl+C.',
  'No device is attached to this agent yet. Choose "Attach a device".':
    'Belum ada peranti disambung pada ejen ini. Pilih "Sambung peranti".',
  'Saved. No password, key or label is in it; codes that scanners read are.':
    'Disimpan. Tiada kata laluan, kunci atau label di dalamnya; kod yang dibaca pengimbas ada.',
  Diagnostics: 'Diagnostik',
  'Attach a device': 'Sambung peranti',
  '{{device}} is attached.': '{{device}} disambung.',
  Agent: 'Ejen',
  'The machine that the device is plugged into. Only those that are online.':
    'Mesin tempat peranti dipasang. Hanya yang dalam talian.',
  'Such as SCALE-PACK-05.': 'Seperti SCALE-PACK-05.',
  'Where its readings are shown. Empty for none.': 'Tempat bacaannya dipaparkan. Kosongkan jika tiada.',
  Attach: 'Sambung',
  'Frames and tests': 'Bingkai dan ujian',
  Setup: 'Tetapan',
  Replay: 'Main semula',
  'The agent does not answer.': 'Ejen tidak menjawab.',
  '{{device}} was taken out.': '{{device}} dikeluarkan.',
  'Switch on': 'Hidupkan',
  'Switch off': 'Matikan',
  '{{device}} is switched on.': '{{device}} dihidupkan.',
  '{{device}} is switched off. Its agent lets it go.': '{{device}} dimatikan. Ejennya melepaskannya.',
  'Take out': 'Keluarkan',
  'Take {{device}} out?': 'Keluarkan {{device}}?',
  'Its agent lets it go. What it has said stays; it can be attached again.':
    'Ejennya melepaskannya. Bacaannya kekal; ia boleh disambung semula.',
  'How far the driver is proven by the conformance suite':
    'Sejauh mana pemacu dibuktikan oleh ujian pematuhan',
  'quality none': 'belum terbukti',
  'quality bronze': 'gangsa',
  'quality silver': 'perak',
  simulated: 'simulasi',
  'The other version runs.': 'Versi lain sedang berjalan.',
  'The agent does not have this driver.': 'Ejen tidak mempunyai pemacu ini.',
  Says: 'Berkata',
  does: 'membuat',
  Versions: 'Versi',
  Version: 'Versi',
  'Taken in': 'Dimuat',
  Action: 'Tindakan',
  'version active': 'digunakan',
  'version kept': 'disimpan',
  'version refused': 'ditolak',
  'Back to this': 'Kembali ke ini',
  'It is switched off in its settings.': 'Ia dimatikan dalam tetapannya.',
  'Switch it on when it is to be used again.': 'Hidupkan apabila hendak digunakan semula.',
  'Labels or ribbon have run out.': 'Label atau reben telah habis.',
  'Load them, close the head, feed one label.': 'Muatkan, tutup kepala, suap satu label.',
  'The print head or the cover is open.': 'Kepala cetak atau penutup terbuka.',
  'Close it until it clicks.': 'Tutup hingga berbunyi klik.',
  'The printer is paused.': 'Pencetak dijeda.',
  'Press its pause key.': 'Tekan kekunci jedanya.',
  'The port does not exist on that machine.': 'Port itu tiada pada mesin tersebut.',
  'Plug the cable in, then choose the port again; the stable path (by-id) stays the same.':
    'Pasang kabel, kemudian pilih port semula; laluan tetap (by-id) tidak berubah.',
  'The agent may not open the port.': 'Ejen tidak dibenarkan membuka port.',
  'Add its user to the group dialout and start it again.':
    'Tambah penggunanya ke kumpulan dialout dan mulakan semula.',
  'Another program has the port open.': 'Program lain sedang membuka port.',
  'Stop that program.': 'Hentikan program itu.',
  'The machine is there, but nothing takes calls on this port.':
    'Mesin itu ada, tetapi tiada yang menjawab pada port ini.',
  "Look at the port number, and whether the device's network port is switched on.":
    'Semak nombor port, dan sama ada port rangkaian peranti dihidupkan.',
  'There is no way to this address.': 'Tiada jalan ke alamat ini.',
  'Look at the address, the network cable and the switch.': 'Semak alamat, kabel rangkaian dan suis.',
  'It does not answer.': 'Ia tidak menjawab.',
  'Is it switched on? Is it the right port, baud rate and cable (null-modem or straight)?':
    'Adakah ia dihidupkan? Adakah port, kadar baud dan kabel (null-modem atau lurus) betul?',
  'The connection ended.': 'Sambungan tamat.',
  'Look at the plug and the power. It is tried again by itself.':
    'Semak palam dan kuasa. Ia dicuba semula dengan sendirinya.',
  'The broker is away, or refuses the agent.': 'Broker tiada, atau menolak ejen.',
  'Look at the broker, its rights and the network.': 'Semak broker, haknya dan rangkaian.',
  'It talks, but what it says makes no sense to this driver.':
    'Ia bercakap, tetapi pemacu ini tidak memahaminya.',
  'Compare baud rate, parity and end of line with the menu of the device; is it the right driver?':
    'Bandingkan kadar baud, pariti dan hujung baris dengan menu peranti; adakah pemacunya betul?',
  'Its driver broke down and was taken out of service.':
    'Pemacunya rosak dan dikeluarkan daripada perkhidmatan.',
  'Go back to the version before, or mend the driver; the reason names the fault.':
    'Kembali ke versi sebelumnya, atau baiki pemacu; sebabnya menamakan kerosakan.',
  'Update the agent, or put the driver into its driver folder.':
    'Kemas kini ejen, atau letakkan pemacu dalam folder pemacunya.',
  'Its settings do not fit its driver.': 'Tetapannya tidak sepadan dengan pemacunya.',
  'Open its setup and mend the named field.': 'Buka tetapannya dan betulkan medan yang dinamakan.',
  'Its agent is offline, so nobody knows.': 'Ejennya luar talian, jadi tiada siapa tahu.',
  'Look at the machine beside the hardware: power, network, the agent itself.':
    'Semak mesin di sebelah perkakasan: kuasa, rangkaian, ejen itu sendiri.',
  'It is out of reach.': 'Ia tidak dapat dicapai.',
  'Check power and cable; it comes back by itself.': 'Semak kuasa dan kabel; ia kembali dengan sendirinya.',
  'Labels are jammed.': 'Label tersangkut.',
  'Open the printer, take them out, close it, feed one label.':
    'Buka pencetak, keluarkan label, tutup, suap satu label.',
  'The printer says nothing: out of labels, open, or switched off.':
    'Pencetak senyap: label habis, terbuka atau dimatikan.',
  'Look at its labels, its head and its power.': 'Semak label, kepala cetak dan kuasanya.',
  'It is too hot.': 'Ia terlalu panas.',
  'Let it cool down. Are its vents free?': 'Biarkan ia sejuk. Adakah lubang udaranya tidak tersekat?',
  'Its buffer is full.': 'Penimbalnya penuh.',
  'Let it print what it holds; if it stays full, look at its display.':
    'Biarkan ia mencetak apa yang ada; jika masih penuh, lihat paparannya.',
  'The line is open, but the controller shows no sign of life.':
    'Talian terbuka, tetapi pengawal tidak menunjukkan tanda hidup.',
  'Does its program run? Compare the time of its heartbeat with the settings.':
    'Adakah programnya berjalan? Bandingkan masa denyutannya dengan tetapan.',
  'Nothing is heard from it.': 'Tiada apa-apa didengar daripadanya.',
  'Look at power, cable and baud rate. Is what it sends by itself (heartbeat, continuous output) switched on?':
    'Semak kuasa, kabel dan kadar baud. Adakah apa yang dihantarnya sendiri (denyutan, keluaran berterusan) dihidupkan?',
  'It answers, but its registers are not those that its driver expects.':
    'Ia menjawab, tetapi daftarnya bukan seperti yang dijangka pemacunya.',
  'Compare addresses, counts and unit number with its program; is it the right device?':
    'Bandingkan alamat, bilangan dan nombor unit dengan programnya; adakah ini peranti yang betul?',
  'Its agent could not store what it said.': 'Ejennya tidak dapat menyimpan apa yang dihantarnya.',
  "Look at the disk of the agent's machine: room and errors.":
    'Semak cakera pada mesin ejen: ruang dan ralat.',
  'It reports trouble.': 'Ia melaporkan masalah.',
  'Look at the device itself, then at its last frames.':
    'Lihat peranti itu sendiri, kemudian bingkai terakhirnya.',
  'Only lines with': 'Hanya baris dengan',
  'text, hex or reading': 'teks, heks atau bacaan',
  'Nothing has passed yet. Use the device, or try it below.':
    'Belum ada apa-apa yang lalu. Gunakan peranti, atau cuba di bawah.',
  '{{count}} lines': '{{count}} baris',
  '{{count}} left out on the way; the ring has them': '{{count}} ditinggalkan di jalan; gelang menyimpannya',
  'Older lines': 'Baris lebih lama',
  'The transcript is saved.': 'Transkrip disimpan.',
  Record: 'Rakam',
  'open the link anew first': 'buka pautan semula dahulu',
  'Stop and save': 'Henti dan simpan',
  'Recording: {{count}} lines. Use the device.': 'Merakam: {{count}} baris. Gunakan peranti.',
  'Save as a transcript': 'Simpan sebagai transkrip',
  'What happens in it': 'Apa yang berlaku di dalamnya',
  'The device’s side is as it was, the driver’s side as it answers now. Read it before you trust it.':
    'Pihak peranti seperti asal, pihak pemacu seperti jawapannya sekarang. Baca sebelum mempercayainya.',
  'Throw away': 'Buang',
  'Plays a saved transcript to the driver and shows what it reads. None of it reaches orders or stock.':
    'Memainkan transkrip tersimpan kepada pemacu dan menunjukkan bacaannya. Tiada yang sampai ke pesanan atau stok.',
  'Played to': 'Dimainkan kepada',
  'the driver alone': 'pemacu sahaja',
  'a simulated device on a real link': 'peranti simulasi pada pautan sebenar',
  'Choose a transcript': 'Pilih transkrip',
  '{{count}} steps are not as expected.': '{{count}} langkah tidak seperti dijangka.',
  'All as expected: {{driver}} {{version}}, {{ms}} ms.':
    'Semua seperti dijangka: {{driver}} {{version}}, {{ms}} ms.',
  Readings: 'Bacaan',
  Answers: 'Jawapan',
  'This is no JSON.': 'Ini bukan JSON.',
  'Simulated: the driver’s simulator stands in for the hardware':
    'Simulasi: simulator pemacu menggantikan perkakasan',
  'Its readings are marked. For training and for trying setups out.':
    'Bacaannya ditanda. Untuk latihan dan mencuba tetapan.',
  'Settings of the driver': 'Tetapan pemacu',
  Link: 'Pautan',
  'How it is reached': 'Cara mencapainya',
  'Serial port': 'Port bersiri',
  'Of the agent’s machine. Plug the device in to see its port here.':
    'Pada mesin ejen. Pasang peranti untuk melihat portnya di sini.',
  'Revision {{number}}': 'Semakan {{number}}',
  'revision wanted': 'Menunggu ejen mengambilnya.',
  'revision trying': 'Sedang dicuba: ada 30 saat untuk menjadi sihat.',
  'revision healthy': 'Sihat.',
  'revision unproven': 'Belum sihat, dan tiada tetapan untuk dipulihkan. Terus dicuba.',
  'revision rolled-back': 'Ia tidak menjadi sihat: tetapan baik yang terakhir berjalan semula.',
  'revision refused': 'Ejen menolaknya; tiada yang diubah.',
  'Time of the trial': 'Masa percubaan',
  'Check and compare': 'Semak dan banding',
  'As it was': 'Seperti asal',
  'Apply to {{device}}?': 'Gunakan pada {{device}}?',
  'It is tried at once. Unless the device is healthy within 30 seconds, the last good setup comes back.':
    'Ia dicuba serta-merta. Jika peranti tidak sihat dalam 30 saat, tetapan baik yang terakhir kembali.',
  Apply: 'Gunakan',
  'What changes': 'Apa yang berubah',
  Field: 'Medan',
  Now: 'Kini',
  Then: 'Kemudian',
  'Set up by the agent’s own file so far. The first change here takes over from it.':
    'Setakat ini ditetapkan oleh fail ejen sendiri. Perubahan pertama di sini mengambil alih.',
  History: 'Sejarah',
  Revision: 'Semakan',
  Who: 'Siapa',
  'What came of it': 'Hasilnya',
  Tare: 'Tara',
  'Scan now': 'Imbas sekarang',
  'This device only talks; there is nothing to ask of it.':
    'Peranti ini hanya bercakap; tiada apa untuk diminta daripadanya.',
  'command planned': 'dihantar lebih awal',
  'command queued': 'menunggu',
  'command sent': 'dihantar',
  'command accepted': 'diterima',
  'command started': 'bermula',
  'command unknown': 'tidak diketahui',
  'command done': 'selesai',
  'command failed': 'gagal',
  'command expired': 'luput',
  'in {{ms}} ms': 'dalam {{ms}} ms',
  Light: 'Lampu',
  Colour: 'Warna',
  'Switch it': 'Tukar',
  'Divert to a lane': 'Alih ke lorong',
  'Divert a parcel by hand': 'Alih bungkusan secara manual',
  'Last seen at {{point}}: {{codes}}': 'Terakhir dilihat di {{point}}: {{codes}}',
  'No parcel was seen since this page was opened. Put one on the belt.':
    'Tiada bungkusan dilihat sejak halaman ini dibuka. Letakkan satu di atas tali sawat.',
  Lane: 'Lorong',
  'Scan point': 'Titik imbas',
  'Track number': 'Nombor jejak',
  Sequence: 'Urutan',
  'The parcel goes there now, whatever its route says.':
    'Bungkusan pergi ke situ sekarang, apa pun laluannya.',
  'Divert it': 'Alihkan',
  'The simulated device shall': 'Peranti simulasi hendaklah',
  with: 'dengan',
  'Do it': 'Buat',
};
