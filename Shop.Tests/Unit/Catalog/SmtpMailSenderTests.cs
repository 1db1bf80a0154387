using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text;
using Shop.Catalog.Mail;

namespace Shop.Tests.Unit.Catalog;

/// <summary>Against a mail server of a few lines that says what the test tells it (RFC 5321).</summary>
public sealed class SmtpMailSenderTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public SmtpMailSenderTests() => _server.Start();

    private string Address => $"{_server.LocalEndpoint}";

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_mail_comes_to_the_server_with_its_text_and_an_id_that_stays()
    {
        var mail = new Mail(Guid.CreateVersion7(), "mei@example.com", "到货\r\nBcc: all@example.com", "The 茶壶 is back.\n.\nOrder it.");
        var ids = new List<string>();
        for (var time = 0; time < 2; time++)
        {
            var received = ReceiveAsync("250 OK");
            await Sender(TimeProvider.System).SendAsync(mail, CancellationToken.None);
            var (commands, lines) = await received;
            Assert.Contains("MAIL FROM:<shop@example.com>", commands);
            Assert.Equal("RCPT TO:<mei@example.com>", Assert.Single(commands, command => command.StartsWith("RCPT", StringComparison.Ordinal)));
            Assert.Contains(lines, line => line.StartsWith("Subject: =?utf-8?", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(lines, line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
            var text = string.Concat(lines.SkipWhile(line => line.Length > 0));
            Assert.Equal(mail.Text, Encoding.UTF8.GetString(Convert.FromBase64String(text)).ReplaceLineEndings("\n"));
            ids.Add(lines.Single(line => line.StartsWith("Message-ID:", StringComparison.OrdinalIgnoreCase)));
        }
        Assert.Equal(ids[0], ids[1]);
        Assert.Contains($"<{mail.Id:D}@example.com>", ids[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipient_that_the_server_refuses_is_an_error()
    {
        var received = ReceiveAsync("550 nobody here");
        await Assert.ThrowsAnyAsync<SmtpException>(() => Sender(TimeProvider.System).SendAsync(Any(), CancellationToken.None));
        await received;
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_waited_for_no_longer_than_the_deadline()
    {
        var time = new SteppedTime();
        var sending = Sender(time).SendAsync(Any(), CancellationToken.None);
        using var silent = await _server.AcceptTcpClientAsync();
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static Mail Any() => new(Guid.CreateVersion7(), "mei@example.com", "Back", "The teapot is back.");

    private SmtpMailSender Sender(TimeProvider time) => new(new MailOptions { Smtp = Address, From = "Shop <shop@example.com>" }, time);

    /// <summary>Takes one mail: its commands, and its lines as they were before dots were doubled.</summary>
    /// <param name="recipient">The answer to a recipient.</param>
    private async Task<(List<string> Commands, List<string> Lines)> ReceiveAsync(string recipient)
    {
        using var client = await _server.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 test");
        var (commands, lines) = (new List<string>(), new List<string>());
        while (await reader.ReadLineAsync() is { } command)
        {
            commands.Add(command);
            if (command == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync() is { } line && line != ".") lines.Add(line.StartsWith('.') ? line[1..] : line);
            }
            await writer.WriteLineAsync(command.StartsWith("RCPT", StringComparison.Ordinal) ? recipient : command == "QUIT" ? "221 bye" : "250 OK");
        }
        return (commands, lines);
    }
}
