using System.Text;

namespace Shop.Bench.Load;

/// <summary>Writes requests as bytes, once, before the load.</summary>
public static class RequestBytes
{
    /// <param name="headers">Beyond Host, Content-Type and Content-Length.</param>
    public static byte[] Of(string method, Uri address, string contentType, byte[] body, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var head = Head(method, address, headers);
        if (body.Length > 0) head.Append("Content-Type: ").Append(contentType).Append("\r\nContent-Length: ").Append(body.Length).Append("\r\n");
        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    public static byte[] Get(Uri address, params ReadOnlySpan<(string Name, string Value)> headers) => Of("GET", address, "", [], headers);

    /// <summary>Without the empty line at its end.</summary>
    internal static StringBuilder Head(string method, Uri address, ReadOnlySpan<(string Name, string Value)> headers)
    {
        var head = new StringBuilder($"{method} {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\n");
        foreach (var (name, value) in headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        return head;
    }
}
