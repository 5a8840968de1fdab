/*
 * A conveyor PLC with the mailbox of devices/generic/modbus-conveyor, on libmodbus' server: a peer whose Modbus nobody here wrote.
 *
 *   libmodbus-plc tcp PORT | rtu PATH BAUD
 *
 * One parcel (track 70000, code ABC) arrives at point 1 and waits for its route; the confirm follows.
 */
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOT_SIZE = 29, SLOTS = 4, HEAD_SIZE = 8, OUT_BASE = 200 };
enum { LIFE = 0, SESSION = 1, ROUTE_TAKEN = 4, ACKNOWLEDGED = 5, NEWEST = 6, SIGNATURE = 7 };

static uint16_t *slot_of(modbus_mapping_t *map, int sequence) {
  return map->tab_registers + HEAD_SIZE + ((sequence - 1) % SLOTS) * SLOT_SIZE;
}

static void finish_event(modbus_mapping_t *map, int sequence) {
  slot_of(map, sequence)[SLOT_SIZE - 1] = sequence;
  map->tab_registers[NEWEST] = sequence;
}

static void add_arrival(modbus_mapping_t *map, int sequence) {
  uint16_t *slot = slot_of(map, sequence);
  slot[0] = 1;
  slot[1] = 1;
  slot[2] = 70000 >> 16;
  slot[3] = 70000 & 0xffff;
  slot[4] = 1;
  slot[9] = 3;
  slot[10] = 'A' << 8 | 'B';
  slot[11] = 'C' << 8;
  finish_event(map, sequence);
}

static void add_confirm(modbus_mapping_t *map, int sequence, const uint16_t *route) {
  uint16_t *slot = slot_of(map, sequence);
  slot[0] = 2;
  slot[1] = route[0];
  slot[2] = route[1];
  slot[3] = route[2];
  slot[4] = route[3];
  slot[5] = route[3];
  finish_event(map, sequence);
}

/* What the agent has written since the last request. */
static void scan(modbus_mapping_t *map) {
  uint16_t *registers = map->tab_registers;
  const uint16_t *out = registers + OUT_BASE;
  registers[LIFE]++;
  registers[ACKNOWLEDGED] = out[1];
  if (out[9] != 0 && out[9] != registers[ROUTE_TAKEN]) {
    add_confirm(map, registers[NEWEST] + 1, out + 2);
    registers[ROUTE_TAKEN] = out[9];
  }
}

static void serve(modbus_t *context, modbus_mapping_t *map) {
  uint8_t request[MODBUS_MAX_ADU_LENGTH];
  for (;;) {
    int length = modbus_receive(context, request);
    if (length < 0) return;
    if (length == 0) continue;
    if (modbus_reply(context, request, length, map) < 0) return;
    scan(map);
  }
}

int main(int argc, char **argv) {
  modbus_mapping_t *map = modbus_mapping_new(0, 0, 300, 0);
  if (argc < 3 || map == NULL) return 2;
  map->tab_registers[SESSION] = 1;
  map->tab_registers[SIGNATURE] = 0x5731;
  add_arrival(map, 1);
  if (strcmp(argv[1], "tcp") == 0) {
    modbus_t *context = modbus_new_tcp("127.0.0.1", atoi(argv[2]));
    int listener = modbus_tcp_listen(context, 1);
    if (listener < 0) return 3;
    puts("ready");
    fflush(stdout);
    while (modbus_tcp_accept(context, &listener) >= 0) {
      serve(context, map);
      modbus_close(context);
    }
  } else {
    modbus_t *context = modbus_new_rtu(argv[2], atoi(argv[3]), 'N', 8, 1);
    modbus_set_slave(context, 1);
    if (modbus_connect(context) < 0) return 3;
    puts("ready");
    fflush(stdout);
    for (;;) serve(context, map);
  }
  return 0;
}
