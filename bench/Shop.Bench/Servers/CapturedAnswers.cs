using System.Buffers;
using System.Net;
using System.Text.Json;
using Shop.Bench.Http;
using Shop.Bench.Processes;

namespace Shop.Bench.Servers;

/// <summary>Answers of a service, to be given again byte for byte by the bare endpoint.</summary>
public sealed class CapturedAnswers
{
    // The server writes these itself, or they speak of the connection and not of the answer.
    private static readonly string[] OfTheServer = ["Date", "Server", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive"];
    private readonly List<(string Path, int Status, List<KeyValuePair<string, string>> Headers, byte[] Body)> _answers = [];

    /// <summary>Mean size of a body in bytes.</summary>
    public double MeanBody => _answers.Average(answer => answer.Body.Length);

    /// <param name="path">With the query.</param>
    /// <exception cref="RunException">Another status than expected: then there is nothing to compare with.</exception>
    public async Task AddAsync(
        EndPoint service, string path, ReadOnlyMemory<byte> request, int expectedStatus, CancellationToken cancellationToken)
    {
        using var connection = new HttpConnection(service);
        var body = new ArrayBufferWriter<byte>();
        var lines = (await connection.CaptureAsync(request, body, cancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = int.Parse(lines[0].AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        if (status != expectedStatus)
            throw new RunException($"{path} is answered with {status} instead of {expectedStatus}: {System.Text.Encoding.UTF8.GetString(body.WrittenSpan)}");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).Where(header => !OfTheServer.Contains(header[0], StringComparer.OrdinalIgnoreCase));
        _answers.Add((path, status, [.. headers.Select(header => KeyValuePair.Create(header[0], header[1]))], body.WrittenSpan.ToArray()));
    }

    /// <summary>As Shop.Bench.Bare reads it.</summary>
    public async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.Create(file);
        await using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        foreach (var answer in _answers)
        {
            json.WriteStartObject(answer.Path);
            json.WriteNumber("status", answer.Status);
            json.WriteStartObject("headers");
            foreach (var (name, value) in answer.Headers) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteBase64String("body", answer.Body);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }
}
