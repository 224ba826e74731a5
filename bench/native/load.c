/* Load: hands each mail of a file over by SMTP once, over several connections, and notes when.

     load PORT CONNECTIONS FILE RATE LOG

   FILE: for each mail a line "SENDER RECIPIENT OCTETS" and then so many octets, dots stuffed and the final dot in them.
   RATE: mails a second over all connections, begun at their instants whether or not earlier ones are done; 0 is as
   fast as it goes. As smtp-source does it: no pipelining, a connection takes mail after mail.
   LOG: a line "SENDER DOT REPLY CODE" for each mail, two instants in seconds since the epoch;
   DOT is when the octets began to leave that end with it. stdout: one line of JSON.
   Exit code 1 when a mail was refused or a connection was lost. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct { char sender[256], recipient[256]; const char *data; size_t size; double dot, reply; int code; } Mail;
typedef struct { int socket; size_t used; char octets[4096]; } Connection;

static Mail *mails;
static long count;
static atomic_long next_mail, taken;
static int port;
static double rate, began;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static void fail(const char *what) { perror(what); exit(2); }

static void read_mails(const char *path) {
    int file = open(path, O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about)) fail(path);
    const char *all = mmap(NULL, about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (all == MAP_FAILED) fail("mmap");
    long room = 0;
    for (const char *at = all; at < all + about.st_size;) {
        if (count == room && !(mails = realloc(mails, (room = room * 2 + 64) * sizeof(Mail)))) fail("realloc");
        Mail *mail = &mails[count++];
        memset(mail, 0, sizeof *mail);
        if (sscanf(at, "%255s %255s %zu", mail->sender, mail->recipient, &mail->size) != 3) fail("mails file");
        mail->data = (const char *)memchr(at, '\n', all + about.st_size - at) + 1;
        at = mail->data + mail->size;
    }
}

/* The code of a whole reply, its last line included; 0 when the connection is lost. */
static int reply(Connection *one) {
    for (;;) {
        char *end = memchr(one->octets, '\n', one->used);
        if (end) {
            int code = atoi(one->octets), more = one->octets[3] == '-';
            one->used -= end + 1 - one->octets;
            memmove(one->octets, end + 1, one->used);
            if (!more) return code;
            continue;
        }
        ssize_t got = read(one->socket, one->octets + one->used, sizeof one->octets - one->used);
        if (got <= 0) return 0;
        one->used += got;
    }
}

static int say(Connection *one, const char *octets, size_t size) {
    while (size) {
        ssize_t sent = send(one->socket, octets, size, MSG_NOSIGNAL);
        if (sent <= 0) return 0;
        octets += sent;
        size -= sent;
    }
    return 1;
}

static int ask(Connection *one, const char *form, const char *word) {
    char line[600];
    int size = snprintf(line, sizeof line, form, word);
    return say(one, line, size) ? reply(one) : 0;
}

static int open_connection(Connection *one) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    one->used = 0;
    one->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(one->socket, (struct sockaddr *)&to, sizeof to)) return 0;
    setsockopt(one->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return reply(one) == 220 && ask(one, "EHLO %s\r\n", "load.example") == 250;
}

static void wait_for(double instant) {
    double left = instant - now();
    if (left > 0) nanosleep(&(struct timespec){(time_t)left, (long)((left - (time_t)left) * 1e9)}, NULL);
}

static int hand_over(Connection *one, Mail *mail) {
    mail->code = ask(one, "MAIL FROM:<%s>\r\n", mail->sender);
    if (mail->code != 250) return mail->code;
    if ((mail->code = ask(one, "RCPT TO:<%s>\r\n", mail->recipient)) != 250) return mail->code;
    if ((mail->code = ask(one, "DATA\r\n", "")) != 354) return mail->code;
    mail->code = 0;
    mail->dot = now(); /* before: whoever is preempted behind the dot would make the other side look quick */
    if (!say(one, mail->data, mail->size)) return 0;
    mail->code = reply(one);
    mail->reply = now();
    return mail->code;
}

static void *work(void *nothing) {
    Connection one;
    if (!open_connection(&one)) return nothing;
    for (long number; (number = atomic_fetch_add(&next_mail, 1)) < count;) {
        if (rate > 0) wait_for(began + number / rate);
        int code = hand_over(&one, &mails[number]);
        if (code == 250) atomic_fetch_add(&taken, 1);
        if (!code || (code != 250 && ask(&one, "RSET\r\n", "") != 250)) return nothing;
    }
    ask(&one, "QUIT\r\n", "");
    close(one.socket);
    return nothing;
}

int main(int arguments, char **words) {
    if (arguments != 6) return fprintf(stderr, "load PORT CONNECTIONS FILE RATE LOG\n"), 2;
    int connections = atoi(words[2]);
    pthread_t threads[connections];
    port = atoi(words[1]);
    rate = atof(words[4]);
    read_mails(words[3]);
    began = now();
    for (int n = 0; n < connections; n++)
        if (pthread_create(&threads[n], NULL, work, NULL)) fail("thread");
    for (int n = 0; n < connections; n++) pthread_join(threads[n], NULL);
    double ended = now();
    FILE *log = fopen(words[5], "w");
    if (!log) fail(words[5]);
    for (long n = 0; n < count; n++)
        fprintf(log, "%s %.6f %.6f %d\n", mails[n].sender, mails[n].dot, mails[n].reply, mails[n].code);
    fclose(log);
    printf("{\"mails\": %ld, \"taken\": %ld, \"seconds\": %.6f, \"began\": %.6f}\n", count, taken, ended - began, began);
    return taken == count ? 0 : 1;
}
