/*
 * The sums of a generated recording, trusting its layout byte for byte: how fast it can be done at all.
 * Usage: sums FILE FIRST END (addresses of the buffer, as hex text without 0x)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE (1 << 18)
#define OPEN (1 << 16)

static char buffer[2 * SIZE];
static uint64_t calls, pages, grabs, refs, puts_, put_refs, even;
static uint64_t refs_per_grab[64], pages_per_call[64], first, end;
/* What calls with lines beside their own lack, by thread and number; 0 when all has come. */
static struct { uint64_t key; int64_t lacks; } open_calls[OPEN];
static int64_t opened;

static const char *at;
static inline uint64_t number(void)
{
	uint64_t n = 0;
	while ((unsigned char)(*at - '0') < 10)
		n = n * 10 + (*at++ - '0');
	return n;
}
static inline uint64_t after(int skip) { at += skip; return number(); }
static inline uint64_t hex(int skip)
{
	uint64_t n = 0;
	for (at += skip; *at != '"'; at++)
		n = n << 4 | (*at <= '9' ? *at - '0' : *at - 'a' + 10);
	return n;
}
static inline int power(uint64_t n) { return n ? 64 - __builtin_clzll(n) : 0; }

static void owe(uint64_t tid, uint64_t call, int64_t amount)
{
	uint64_t key = tid << 40 | call, slot = key * 0x9e3779b97f4a7c15ull >> 48;
	while (open_calls[slot].key && open_calls[slot].key != key)
		slot = (slot + 1) % OPEN;
	if (!open_calls[slot].key && amount) {
		open_calls[slot].key = key;
		if (++opened > OPEN / 2) {
			/* Settled ones give their places up. */
			static typeof(open_calls[0]) old[OPEN];
			memcpy(old, open_calls, sizeof(old));
			memset(open_calls, 0, sizeof(open_calls));
			open_calls[slot = key * 0x9e3779b97f4a7c15ull >> 48].key = key;
			opened = 1;
			for (int i = 0; i < OPEN; i++)
				if (old[i].key && old[i].lacks)
					owe(old[i].key >> 40, old[i].key & ((1ull << 40) - 1), old[i].lacks);
			owe(tid, call, amount);
			return;
		}
	}
	open_calls[slot].lacks += amount;
}

/* A run, from its path on; the references that it added. */
static uint64_t run(void)
{
	int fast = at[8] == 'f';
	at += fast ? 22 : 22;
	at += at[4] == 'O' ? 7 : at[4] == 'B' ? 9 : 8;
	after(8); after(8); after(9);
	uint64_t count = after(9), each = after(8);
	after(8);
	if (*at == ',') after(12);
	grabs += count;
	refs += count * each;
	if (fast) refs_per_grab[power(each)] += count;
	return count * each;
}

static void line(void)
{
	char kind = at[9];
	if (kind == 'c') {
		uint64_t tid = after(21), call = after(8);
		after(6); after(6);
		uint64_t address = hex(14), asked = after(10);
		after(9);
		at += 12;
		int failed = *at == '-';
		uint64_t returned = after(failed);
		after(11); after(15);
		at += at[12] == 't' ? 16 : 17;
		int inside = first <= address && address + asked * 4096 <= end && !failed;
		uint64_t got = 0, outside_refs[64];
		if (!inside) memcpy(outside_refs, refs_per_grab, sizeof(outside_refs));
		if (failed) returned = 0;
		if (at[2] == 'r') { at += 8; got = run(); at++; }
		if (!inside) memcpy(refs_per_grab, outside_refs, sizeof(outside_refs));
		at = strchr(at, '\n');
		calls++;
		pages += returned;
		if (inside) {
			pages_per_call[power(returned)]++;
			if (at[-2] != '0') { owe(tid, call, (int64_t)returned - (int64_t)got); even++; }
			else even += got == returned;
		}
	} else if (kind == 'p') {
		after(20);
		at += 18;
		at += *at == 'u' ? 13 : 11;
		after((*at == 't' ? 4 : 5) + 6); after(7); after(9);
		uint64_t count = after(9), each = after(8);
		puts_ += count;
		put_refs += count * each;
	} else if (kind == 'r') {
		uint64_t tid = after(20), call = after(8);
		at++;
		owe(tid, call, -(int64_t)run());
	}
}

int main(int argc, char **argv)
{
	int file = open(argv[1], O_RDONLY);
	size_t fill = 0;
	ssize_t got;
	if (argc != 4 || file < 0) return 64;
	first = strtoull(argv[2], NULL, 16);
	end = strtoull(argv[3], NULL, 16);
	while ((got = read(file, buffer + fill, SIZE)) > 0) {
		fill += got;
		char *last = memrchr(buffer, '\n', fill);
		if (!last) continue;
		for (at = buffer; at <= last;) {
			line();
			at = (char *)memchr(at, '\n', buffer + fill - at) + 1;
		}
		fill -= last + 1 - buffer;
		memmove(buffer, last + 1, fill);
	}
	for (int i = 0; i < OPEN; i++)
		if (open_calls[i].key && open_calls[i].lacks) even--;
	printf("%lu %lu %lu %lu %lu %lu %lu\n", calls, pages, grabs, refs, puts_, put_refs, even);
	for (int i = 0; i < 64; i++) if (refs_per_grab[i]) printf("refs %lu %lu\n", i ? 1ul << (i - 1) : 0, refs_per_grab[i]);
	for (int i = 0; i < 64; i++) if (pages_per_call[i]) printf("pages %lu %lu\n", i ? 1ul << (i - 1) : 0, pages_per_call[i]);
	return 0;
}
