namespace Shop.Catalog.Mail;

public static class MailRegistration
{
    /// <summary>To the mail server of <c>Mail:Smtp</c>, or to files.</summary>
    public static void AddMail(this IHostApplicationBuilder builder)
    {
        var options = MailOptions.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        if (options.Smtp is { Length: > 0 }) builder.Services.AddSingleton<IMailSender, SmtpMailSender>();
        else builder.Services.AddSingleton<IMailSender, SpoolMailSender>();
    }
}
