/* Sink: an SMTP server that takes every mail, keeps none, and notes when each came. A thread for each connection.

     sink LOG

   stdout: the port, once it listens. LOG: a line "INSTANT SENDER RECIPIENT" for each recipient of each mail, written
   when the final dot was read and before it is replied to; seconds since the epoch. Ends with its stdin. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 65536, ADDRESSES = 16000 };

typedef struct { int socket; size_t start, end, said; char octets[ROOM], replies[8192]; } Connection;

static int log_file;

static int flush(Connection *one) {
    int fine = !one->said || send(one->socket, one->replies, one->said, MSG_NOSIGNAL) == (ssize_t)one->said;
    one->said = 0;
    return fine;
}

static void say(Connection *one, const char *words) {
    size_t size = strlen(words);
    if (one->said + size > sizeof one->replies) flush(one);
    memcpy(one->replies + one->said, words, size);
    one->said += size;
}

/* The next line without its end, NULL when the other side has gone; a longer line than the room is cut in two. */
static char *line(Connection *one) {
    for (;;) {
        char *from = one->octets + one->start, *end = memchr(from, '\n', one->end - one->start);
        if (end) {
            one->start = end + 1 - one->octets;
            if (end > from && end[-1] == '\r') end--;
            *end = 0;
            return from;
        }
        memmove(one->octets, from, one->end -= one->start);
        one->start = 0;
        if (one->end == ROOM - 1) {
            one->octets[ROOM - 1] = 0;
            one->end = 0;
            return one->octets;
        }
        if (!flush(one)) return NULL;
        ssize_t got = read(one->socket, one->octets + one->end, ROOM - 1 - one->end);
        if (got <= 0) return NULL;
        one->end += got;
    }
}

static void address(const char *command, char *into, size_t room) {
    const char *from = strchr(command, '<'), *to = from ? strchr(from, '>') : NULL;
    snprintf(into, room, "%.*s", to ? (int)(to - from - 1) : 0, from ? from + 1 : "");
}

static void note(const char *sender, const char *recipients) {
    char lines[ADDRESSES + 600], each[ADDRESSES];
    struct timespec at;
    size_t size = 0;
    clock_gettime(CLOCK_REALTIME, &at);
    snprintf(each, sizeof each, "%s", recipients);
    char *rest = each;
    for (char *one; (one = strsep(&rest, " ")) != NULL;)
        if (*one && size < ADDRESSES)
            size += snprintf(lines + size, sizeof lines - size, "%ld.%06ld %s %s\n", (long)at.tv_sec,
                             at.tv_nsec / 1000, *sender ? sender : "<>", one);
    if (write(log_file, lines, size) != (ssize_t)size) perror("log");
}

static void *serve(void *given) {
    Connection *one = given;
    char sender[512] = "", recipients[ADDRESSES] = "", recipient[512], *said;
    say(one, "220 sink.example ESMTP\r\n");
    while ((said = line(one)) != NULL) {
        if (!strncasecmp(said, "EHLO", 4))
            say(one, "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE\r\n250 SMTPUTF8\r\n");
        else if (!strncasecmp(said, "MAIL", 4)) {
            address(said, sender, sizeof sender);
            *recipients = 0;
            say(one, "250 OK\r\n");
        } else if (!strncasecmp(said, "RCPT", 4)) {
            address(said, recipient, sizeof recipient);
            if (strlen(recipients) + strlen(recipient) + 2 < sizeof recipients)
                strcat(strcat(recipients, recipient), " ");
            say(one, "250 OK\r\n");
        } else if (!strncasecmp(said, "DATA", 4)) {
            say(one, "354 go on\r\n");
            while ((said = line(one)) != NULL && strcmp(said, ".")) {}
            if (!said) break;
            note(sender, recipients);
            say(one, "250 OK, sunk\r\n");
        } else if (!strncasecmp(said, "QUIT", 4)) {
            say(one, "221 bye\r\n");
            flush(one);
            break;
        } else
            say(one, "250 OK\r\n");
    }
    close(one->socket);
    free(one);
    return NULL;
}

static void *end_with_stdin(void *nothing) {
    char octet;
    while (read(0, &octet, 1) > 0) {}
    exit(0);
    return nothing;
}

int main(int arguments, char **words) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    pthread_t thread;
    int on = 1, server = socket(AF_INET, SOCK_STREAM, 0);
    if (arguments != 2 || (log_file = open(words[1], O_WRONLY | O_CREAT | O_APPEND, 0644)) < 0) return 2;
    if (bind(server, (struct sockaddr *)&at, size) || listen(server, 1024)) return perror("listen"), 2;
    getsockname(server, (struct sockaddr *)&at, &size);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    pthread_create(&thread, NULL, end_with_stdin, NULL);
    for (;;) {
        Connection *one = calloc(1, sizeof *one);
        one->socket = accept(server, NULL, NULL);
        setsockopt(one->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (one->socket < 0 || pthread_create(&thread, NULL, serve, one)) return perror("accept"), 2;
        pthread_detach(thread);
    }
}
