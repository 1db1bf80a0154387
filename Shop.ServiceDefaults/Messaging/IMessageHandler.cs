namespace Shop.ServiceDefaults.Messaging;

/// <summary>Handles one type of message; created per message.</summary>
public interface IMessageHandler<in T>
{
    /// <summary>
    /// Works on the context's transaction only, which is committed when this returns. What it throws rolls everything back
    /// and has the message tried again later. No network call inside.
    /// </summary>
    Task HandleAsync(T message, MessageContext context, CancellationToken cancellationToken);
}
